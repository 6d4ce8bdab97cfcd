// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CREDENTIALS_HPP
#define OMS_CREDENTIALS_HPP

/// @file
/// Where credentials come from, and the type that keeps secrets.
///
/// The sources that the functions below make are thread safe. Clients of
/// several execution contexts may share one, and it may outlive them. Each
/// function may throw `std::bad_alloc`, and `config_error`, which names the field at fault, where that is said.

#include <oms/agency.hpp>
#include <oms/detail/export.hpp>
#include <oms/detail/one_build.hpp>
#include <oms/detail/secret.hpp>
#include <oms/duration.hpp>
#include <oms/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace oms {

namespace detail {
struct lent_network;
}

/// How a key pair signs a request.
enum class signing : std::uint8_t {
    hmac_sha256,      ///< `SDK-HMAC-SHA256`: what every endpoint takes.
    v11_hmac_sha256,  ///< `V11-HMAC-SHA256`: by a key derived for one day, region and service.
    hmac_sm3,         ///< `SDK-HMAC-SM3`: the first one over SM3.
};

/// One token, or one key pair.
class OMS_DECL credential {
public:
    /// How a request proves who sends it.
    enum class kind : std::uint8_t {
        none,      ///< There is none.
        token,     ///< By a token, in a header.
        key_pair,  ///< By a signature.
    };

    credential() noexcept;
    credential(credential const&);
    credential(credential&&) noexcept;
    credential& operator=(credential const&);
    credential& operator=(credential&&) noexcept;
    ~credential();

    /// A token for `X-Auth-Token`: 1–16384 visible ASCII characters.
    static credential from_token(std::string token);
    /// A permanent key pair, or a temporary one with its security token.
    static credential from_keys(std::string access_key, std::string secret_key, std::string security_token = {});

    kind type = kind::none;                                           ///< Which of the members count.
    secret token;                                                     ///< `kind::token`.
    std::string access_key;                                           ///< `kind::key_pair`: an identifier, no secret.
    secret secret_key;                                                ///< `kind::key_pair`.
    secret security_token;                                            ///< `kind::key_pair`: of temporary keys only.
    signing algorithm = signing::hmac_sha256;                         ///< `kind::key_pair`.
    std::string signing_region;                                       ///< For `signing::v11_hmac_sha256`.
    std::string signing_service;                                      ///< For `signing::v11_hmac_sha256`: `oms`, say.
    std::string project_id;                                           ///< The only project that it is for; empty: any.
    std::optional<std::chrono::system_clock::time_point> expires_at;  ///< By the wall clock; empty: never.

    /// The same proof, whatever its expiry says.
    friend bool operator==(credential const& a, credential const& b) noexcept {
        return a.type == b.type && a.access_key == b.access_key && a.token == b.token && a.secret_key == b.secret_key &&
               a.security_token == b.security_token;
    }
};

/// What a provider is asked for. One that asks another provider hands the request on, or a copy of it: in it is, too,
/// what the client lends to the library's own sources, which ask over the network.
struct OMS_DECL credential_request {
    std::string project_id;  ///< Which project it is for; empty: for a question to IAM, of no project.
    std::string region;      ///< The call's, or the client's own; empty where the client has none.
    /// By when the answer is wanted. The client asks for many calls at once, each
    /// with a limit of its own, so it leaves this at `max()`; a renewal that
    /// nobody waits for yet has 30 seconds before it may have to make room.
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
    /// Of the client, and a strand of this request: for timers, sockets and coroutines of the provider. It may be kept
    /// by whichever thread answers: once the client's execution context is gone, what is submitted to it is dropped.
    boost::asio::any_io_executor executor;
    /// Emitted (`terminal`), at most once, when nobody waits any more: on
    /// `executor`, and not before `async_get` has returned. May stay unconnected.
    boost::asio::cancellation_slot cancellation;

    credential_request() noexcept;

private:
    friend struct detail::lent_network;
    std::weak_ptr<void> network_;
};

class credential_handler;

namespace detail {
/// What a `credential_handler` is made of: takes the provider's words or not.
template <class F>
concept credential_taker =
    !std::same_as<std::decay_t<F>, credential_handler> &&
    (std::invocable<F&, error_code, credential> || std::invocable<F&, error_code, credential, std::string>);
}  // namespace detail

/// Takes a provider's answer: move-only, called once, from any thread, also
/// inside `async_get`. Dropped uncalled, it fails the calls that wait with
/// `errc::credentials_dropped`; a second call is ignored.
class OMS_DECL credential_handler {
public:
    credential_handler() noexcept = default;

    /// Calls `f(error_code, credential)`, or `f(error_code, credential, std::string reason)`.
    template <detail::credential_taker F>
    // NOLINTNEXTLINE(bugprone-forwarding-reference-overload): no handler is a taker
    explicit credential_handler(F&& f) : target_(std::make_unique<target_of<std::decay_t<F>>>(std::forward<F>(f))) {}

    credential_handler(credential_handler&&) noexcept = default;
    credential_handler& operator=(credential_handler&& other) noexcept;
    ~credential_handler();

    /// Whether it waits for its call.
    explicit operator bool() const noexcept { return target_ != nullptr; }

    /// Ends the request: with a credential, or with why there is none.
    void operator()(error_code code, credential value);

    /// Ends the request where there is no credential, with the reason in words for an
    /// operator: no secret. They become `stop_result::service_message`.
    void fail(error_code code, std::string reason);

private:
    struct target {
        virtual ~target() = default;
        virtual void call(error_code code, credential value, std::string reason) = 0;
    };
    template <class F>
    struct target_of final : target {
        explicit target_of(F f) : f_(std::move(f)) {}
        void call(error_code code, credential value, std::string reason) override {
            if constexpr (std::invocable<F&, error_code, credential, std::string>) {
                f_(code, std::move(value), std::move(reason));
            } else {
                f_(code, std::move(value));
            }
        }
        F f_;
    };

    void drop() noexcept;

    std::unique_ptr<target> target_;
};

/// A source of credentials. Shared by any number of clients and threads.
///
/// The client asks once for many calls, and keeps what it gets until it expires
/// or is rejected, for the 10,000 projects that were used last. It never asks
/// twice at a time for the same project, nor for more than 8 projects at a
/// time. From min(40 min, a quarter of the lifetime) before the end, a call
/// that uses a credential makes the client ask for the next, at most once a
/// minute, while the old one serves; where that fails, it serves on. Once all
/// calls that wait have been cancelled or have timed out, the request is
/// cancelled, and its answer of no use; as long as one waits, it goes on.
///
/// **Thread safety.** All three functions may be called from any thread, by
/// several at once, with no lock held.
/// **Lifetime.** A client keeps its provider; a request to it does not.
class OMS_DECL credentials_provider {
public:
    virtual ~credentials_provider();

    /// Asks for the credential of one project.
    ///
    /// May complete at once or later, from any thread. Called where a call
    /// needs it: on the client's executor, or inside the function that starts a
    /// call.
    ///
    /// @param request  For what it is asked, and by when.
    /// @param handler  Takes the answer, once.
    ///
    /// **Cancellation.** By `request.cancellation`; what it answers after that is dropped.
    /// **Errors.** Its code is that of the calls that wait, `not_sent` unless an
    /// earlier attempt says otherwise; a code
    /// that is not of `client_category()` becomes `errc::credentials_unavailable`,
    /// with itself in `stop_result::cause`. What it gives is looked at, too:
    /// `errc::credentials_invalid` for none, or one that is over-long or holds
    /// what a header may not carry, `errc::credentials_wrong_project` for one that
    /// is bound to another project, `errc::credentials_unavailable` for one that
    /// has expired.
    /// **Exceptions.** What it throws is `errc::credentials_unavailable`.
    virtual void async_get(credential_request request, credential_handler handler) = 0;

    /// Tells, once for each project that uses it, that the service rejected this
    /// very credential. The client then asks once more, and sends nothing where it gets the same again. Does
    /// nothing by default.
    virtual void invalidate(credential const& rejected) noexcept;

    /// What the source is, for logs: no secret. `"credentials"` by default.
    /// Asked for before a client uses it; what it throws leaves the constructor
    /// of `client`, or the function that starts a call.
    virtual std::string label() const;
};

/// A fixed token of `X-Auth-Token`.
///
/// @param token       1–16384 visible ASCII characters.
/// @param project_id  Where given, calls for other projects complete with
///                    `errc::credentials_wrong_project`, `not_sent`.
///
/// A token is good for the project that it was given for, and for 24 hours (OMS
/// API reference, oms_api_0032). It is never renewed: that is what
/// `iam_token_credentials` does.
///
/// @throws config_error  `token`: it is empty, too long, or holds what no header may carry, such as the line end of
///                       the file that it was read from
OMS_DECL std::shared_ptr<credentials_provider> token_credentials(std::string token, std::string project_id = {});

/// A fixed key pair: requests are signed (`SDK-HMAC-SHA256`).
///
/// @param access_key      The key's id, AK.
/// @param secret_key      The secret, SK: up to 1024 characters.
/// @param security_token  Of temporary keys only.
///
/// Source: the API gateway's guide to signing, api-sign-0001.
///
/// @throws config_error  names the part: one of the first two is empty, or it is too long, or holds what no header may
///                       carry, such as the line end of the file that it was read from
OMS_DECL std::shared_ptr<credentials_provider> key_credentials(std::string access_key, std::string secret_key,
                                                               std::string security_token = {});

/// How a fixed key pair is used.
struct OMS_DECL key_options {
    signing algorithm = signing::hmac_sha256;  ///< How it signs.
    std::string region;           ///< What a derived key is good for, `signing::v11_hmac_sha256` only: needed there.
    std::string service = "oms";  ///< The service that it is good for. No document names it: a guess.

    key_options();
};

/// A fixed key pair with another way to sign than `SDK-HMAC-SHA256`. Where the cryptographic library lacks the digest,
/// every call completes with `errc::credentials_invalid`, `not_sent`.
///
/// These algorithms are those of the cloud's SDKs (`signer.py`, `AKSKSigner.java`).
///
/// @param access_key      The key's id, AK.
/// @param secret_key      The secret, SK: up to 1024 characters.
/// @param security_token  Of temporary keys only; else empty.
/// @param options         How it signs.
///
/// @throws config_error  names the part: one of the first two is empty, or it is too long, or holds what no header may
///                       carry; or `v11_hmac_sha256` lacks the `signing_region` or `signing_service` that it needs
OMS_DECL std::shared_ptr<credentials_provider> key_credentials(std::string access_key, std::string secret_key,
                                                               std::string security_token, key_options options);

/// The key pair of the environment, read at each request:
/// `HUAWEICLOUD_SDK_AK`, `HUAWEICLOUD_SDK_SK`, `HUAWEICLOUD_SDK_SECURITY_TOKEN`
/// (of temporary keys only) and `HUAWEICLOUD_SDK_PROJECT_ID` (the only project
/// that the keys are for; not set: any). Where neither of the first two is
/// set, `CLOUD_SDK_AK` and `CLOUD_SDK_SK` serve in their place. An empty
/// variable counts as not set. As all that reads the environment, it must not
/// run beside something that changes it.
///
/// Without a whole pair calls complete with `errc::credentials_unavailable`,
/// `not_sent`; `service_message` names what is missing. The names are those of
/// the cloud's SDKs (`auth/provider.py`), and of the samples in the OMS API
/// reference.
OMS_DECL std::shared_ptr<credentials_provider> environment_credentials();

/// The key pair of a profile file: section `[basic]`, keys `ak`, `sk`,
/// `security_token` and `project_id`, as the cloud's SDKs read it. A `%` is
/// no more than itself.
///
/// @param path  Empty: `$HUAWEICLOUD_SDK_CREDENTIALS_FILE`, else `~/.huaweicloud/credentials`.
///
/// At most once a second it looks whether the file has changed, and reads it
/// again where it has: what it gives expires after a second. A file that is
/// all at once unreadable or without keys, as while it is written anew, is
/// looked at a second time before it is believed. It is a regular file of up to
/// 1 MiB. Errors: as those of `environment_credentials`. The format is that of
/// the SDKs' `ProfileCredentialProvider`.
OMS_DECL std::shared_ptr<credentials_provider> profile_credentials(std::string path = {});

/// Where a virtual machine's own key comes from.
struct OMS_DECL metadata_options {
    /// `http://host[:port]`, by default port 80: plain HTTP, reached directly, never by a proxy.
    std::string endpoint = "http://169.254.169.254";
    /// For connecting, and once more for the reply; of each of the two requests. The token's reply has a second at
    /// most.
    duration timeout = std::chrono::seconds(3);
    /// Never asks for the key without a token of the service: where there is none, the call fails.
    bool require_token = false;

    metadata_options();
};

/// The temporary key of this virtual machine's agency, from the metadata
/// service of ECS: first a token of it (`/meta-data/latest/api/token`), then
/// the key (`/openstack/latest/securitykey`). A service that knows no such
/// tokens (400, 404, 405, 501, 503) is asked without one for the next 24 hours;
/// one that refuses a token (401, 403), gives none within a second, or breaks
/// the connection, for the next five minutes. The observer is warned of it
/// (`"metadata_without_token"`), at most once in five minutes.
///
/// Replies of old appliances, with lines that end by LF alone or with blanks
/// before a colon, are understood.
///
/// One key serves all projects. It is asked for at most once a minute, by one
/// request for all that wait, also of other clients that share the source; a
/// failure is theirs, too, and of all that ask within the next five seconds.
///
/// Errors: `errc::credentials_unavailable`, or how the connection failed
/// (`errc::connect_failed`, `errc::connect_timeout`, …); `not_sent`.
/// `service_message` has the service's words. Cancellation: a call that leaves
/// costs the others that wait a new request at most.
///
/// Source: the metadata chapter of the ECS user guide, and the SDKs' `MetadataAccessor`.
///
/// @throws config_error  names the option that is wrong
OMS_DECL std::shared_ptr<credentials_provider> metadata_credentials(metadata_options options = {});

/// The temporary key of a pod of CCE: a `POST` to
/// `$HC_CONTAINER_CREDENTIALS_FULL_URI` with what the file
/// `$HC_CONTAINER_AUTHORIZATION_TOKEN_FILE` holds; both are read anew each time.
/// The URI is `https://`, or `http://` of this machine or its link
/// (169.254.0.0/16, fe80::/10), which is reached directly.
///
/// All else as of `metadata_credentials`, with 5 seconds for each step. No
/// document describes it: the source are the SDKs for Python and Java.
OMS_DECL std::shared_ptr<credentials_provider> pod_identity_credentials();

/// A log-in at IAM by a user's password.
struct OMS_DECL iam_options {
    /// `https://host[:port]`. Empty: `$HUAWEICLOUD_SDK_IAM_ENDPOINT`, of several by commas the first, read by
    /// `iam_token_credentials`; else IAM of the call's region.
    std::string endpoint;
    std::string domain;  ///< The account's name.
    std::string user;    ///< The IAM user's name.
    secret password;     ///< The IAM user's.
    /// PEM file of roots that IAM's certificate is verified with; neither given: the client's. Read again where it
    /// changes, while the old ones are used.
    std::string ca_file;
    std::string ca_pem;                           ///< What `ca_file` would hold.
    duration timeout = std::chrono::seconds(30);  ///< Of one log-in.

    iam_options();
};

/// Tokens of IAM, one for each project: `POST /v3/auth/tokens`, scoped to the
/// project, renewed before they expire, after 24 hours. IAM is reached as the
/// service is, by the client's proxy where it has one.
///
/// Until IAM has accepted one log-in, one is tried at a time, then at most 8.
/// One that is answered 401 closes the source for five minutes, for all
/// clients that share it: calls complete with `errc::credentials_rejected`,
/// `not_sent`; one that is answered 403 or 404 closes it for that project
/// only (`errc::credentials_unavailable`). Where IAM cannot be reached, or
/// answers 429 or 503, all that wait are told, and all that ask within the next
/// second; after any other failure those of that project. A token that
/// the service rejects although it was just renewed is not renewed again
/// within a minute. Cancellation: as of `metadata_credentials`.
///
/// Source: IAM API reference, iam_30_0001.
///
/// There is no log-in by access key and secret key: IAM's documents know none.
/// `key_credentials` signs the requests themselves, which needs no token.
///
/// @throws config_error  names the option that is wrong
OMS_DECL std::shared_ptr<credentials_provider> iam_token_credentials(iam_options options);

/// A log-in at IAM by a token of another identity provider (OIDC).
struct OMS_DECL idp_options {
    std::string endpoint;       ///< As of `iam_options::endpoint`, read by `idp_credentials`.
    std::string idp_id;         ///< The provider's id at IAM. Empty: `$HUAWEICLOUD_SDK_IDP_ID`.
    std::string id_token_file;  ///< A file that holds its token (JWT). Empty: `$HUAWEICLOUD_SDK_ID_TOKEN_FILE`.
    std::string ca_file;        ///< As of `iam_options::ca_file`.
    std::string ca_pem;         ///< What `ca_file` would hold.
    duration timeout = std::chrono::seconds(30);  ///< Of each of the two requests.

    idp_options();
};

/// A temporary key for an id token: `POST /v3.0/OS-AUTH/id-token/tokens` gives
/// a token of IAM, and `POST /v3.0/OS-CREDENTIAL/securitytokens` a key for it, of
/// six hours. The file is read anew each time.
///
/// One key serves all projects, as with `metadata_credentials`. Where IAM
/// answers 401, calls complete with `errc::credentials_rejected` for five
/// minutes, and IAM is not asked.
///
/// Source: IAM API reference, iam_04_0002, and the SDKs.
///
/// @throws config_error  names the option that is wrong
OMS_DECL std::shared_ptr<credentials_provider> idp_credentials(idp_options options = {});

/// The first source that has a credential, in the order of the cloud's SDKs:
/// `idp_credentials` where its two variables are set, the environment, the
/// profile file, the metadata service of ECS, pod identity. It keeps to that one. Where none has any, calls complete
/// with `errc::credentials_unavailable`, `not_sent`; `service_message` says what each lacked. Outside the cloud it
/// takes 3 seconds to learn that nobody answers.
///
/// @throws config_error  `HUAWEICLOUD_SDK_IAM_ENDPOINT` is set, and no endpoint
OMS_DECL std::shared_ptr<credentials_provider> default_credentials();

/// A provider for each project.
///
/// @param by_project  Project → its provider.
/// @param fallback    For all other projects. Null: their calls complete with
///                    `errc::credentials_unavailable`, `not_sent`. It serves for a null provider, too.
OMS_DECL std::shared_ptr<credentials_provider> per_project_credentials(
    std::map<std::string, std::shared_ptr<credentials_provider>, std::less<>> by_project,
    std::shared_ptr<credentials_provider> fallback = nullptr);

/// The same by a function, which gets the project's id. Where it returns null,
/// the fallback serves; what it throws fails the calls like an empty answer.
/// It may be called from any thread, by several at once. A provider that it
/// makes anew each time must keep itself alive until it has answered.
///
/// @throws config_error  there is no function
OMS_DECL std::shared_ptr<credentials_provider> per_project_credentials(
    std::function<std::shared_ptr<credentials_provider>(std::string const& project_id)> by_project,
    std::shared_ptr<credentials_provider> fallback = nullptr);

}  // namespace oms

#endif
