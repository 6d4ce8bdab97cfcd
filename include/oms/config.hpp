// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CONFIG_HPP
#define OMS_CONFIG_HPP

/// @file
/// The options of a client. Every option type is copyable, has defaults that
/// suit a service, and is read once, by the constructor of `client`, which
/// throws `config_error` for a value out of range.

#include <oms/attempt_headers.hpp>
#include <oms/detail/codes.hpp>
#include <oms/detail/export.hpp>
#include <oms/detail/secret.hpp>
#include <oms/duration.hpp>

#include <boost/system/system_error.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace oms {

class credentials_provider;
class host_resolver;

namespace detail {
/// What a limit is counted in.
template <class T>
concept limit = std::is_arithmetic_v<T> && !std::same_as<T, bool>;
}  // namespace detail

/// "No limit", for every count, rate and duration: `options.max_pending = oms::unlimited;`
struct unlimited_t {
    constexpr unlimited_t() noexcept {}

    /// A count is a `std::size_t` or `unsigned`, and a rate a `double`: what is of another type has no limit to lift.
    template <class T>
    requires std::same_as<T, std::size_t> || std::same_as<T, unsigned> || std::same_as<T, double>
    constexpr operator T() const noexcept {  // NOLINT(google-explicit-constructor)
        if constexpr (std::floating_point<T>) {
            return std::numeric_limits<T>::infinity();
        } else {
            return std::numeric_limits<T>::max();
        }
    }
    /// The longest duration.
    template <class Rep, class Period>
    constexpr operator std::chrono::duration<Rep, Period>() const noexcept {  // NOLINT(google-explicit-constructor)
        return std::chrono::duration<Rep, Period>::max();
    }

    template <detail::limit T>
    friend constexpr bool operator==(T value, unlimited_t u) noexcept {
        return value == static_cast<T>(u);
    }
    template <class Rep, class Period>
    friend constexpr bool operator==(std::chrono::duration<Rep, Period> value, unlimited_t) noexcept {
        return value == std::chrono::duration<Rep, Period>::max();
    }
};
/// The value of `unlimited_t`.
inline constexpr unlimited_t unlimited{};

/// What the constructor of `client` and `client_config::from_environment()` throw: `errc::invalid_config`, with
/// the name of what is wrong.
class OMS_DECL config_error : public boost::system::system_error {
public:
    /// What is wrong with a configuration.
    /// @param field   The field, as written in code: `"tls.ca_file"`; of `client_config::from_environment()`
    ///                the variable.
    /// @param reason  What is wrong with it and what to do, without a secret.
    config_error(std::string field, std::string const& reason);
    ~config_error() override;

    /// The field or variable that is wrong.
    std::string const& field() const noexcept;

private:
    std::shared_ptr<std::string const> field_;
};

/// Whom to trust, and who we are. TLS 1.2 or newer, with SNI, the chain and
/// the host's name verified. Of the suites of TLS 1.3 that OpenSSL's configuration allows, AES with 128 bits is asked
/// for first: the keys are agreed on with no more, and a stop takes 900 instructions less. The server chooses.
///
/// **Files that change.** The files named here, and the system's file of roots where it counts, are looked at when a
/// connection is opened, at most once a second. Those that have changed, through whichever symbolic link, are read
/// again, all together, on a thread kept for the execution context, which has work until then; connections that are
/// opened meanwhile use what was read before. The observer hears what is used from then on (`"tls_files_reloaded"`).
/// What cannot be read, is gone, or does not belong together, as a key whose certificate is not written yet, leaves the
/// old in use and is told once (`"tls_files_unusable"`); it is read again at each look. Replace a file by renaming
/// another over it. Connections that are open stay open, until `pool_options::max_lifetime`, and no TLS session
/// outlives what it was made with. Where one of the files is none that can be read twice, such as a pipe, none is read
/// again. In the system's directories of roots, OpenSSL looks each up when it is needed first.
struct OMS_DECL tls_options {
    std::string ca_file;  ///< PEM file of roots; replaces the system's unless `system_roots` is set too.
    std::string ca_pem;   ///< What `ca_file` would hold; both may be given.
    /// Whether the system's roots count. Unset: only where neither file nor text is given.
    std::optional<bool> system_roots;
    /// Whether certificates of `ca_file` and `ca_pem` that are no roots end a chain, too: an intermediate, or a
    /// server's own. Off by default: only what signed itself is a root.
    bool trust_intermediates = false;

    std::string certificate_file;  ///< PEM chain of the client's certificate, leaf first.
    std::string certificate_pem;   ///< What `certificate_file` would hold.
    std::string private_key_file;  ///< PEM key that belongs to it.
    secret private_key_pem;        ///< What `private_key_file` would hold.
    /// Asked by the constructor where the key is encrypted. The answer serves whenever the key is read again.
    std::function<secret()> passphrase;

    /// SHA-256 of the accepted public keys (SubjectPublicKeyInfo, DER), in
    /// base64. Where any is given, one must match besides the verification, and where that is turned off, too.
    std::vector<std::string> pinned_public_keys;

    bool resume_sessions = true;  ///< Resume TLS sessions when reconnecting.

    tls_options();

    /// Turns every verification off. Whoever can reach the network then reads the
    /// credentials; only for tests and private clouds without certificates.
    void dangerously_disable_verification() noexcept { verify_ = false; }
    /// Whether `dangerously_disable_verification()` was called.
    bool verification_disabled() const noexcept { return !verify_; }

private:
    bool verify_ = true;
};

/// A proxy that tunnels: by HTTP `CONNECT`, in the clear or inside TLS, or by SOCKS 5 (RFC 1928). It looks the
/// endpoint's name up; TLS is spoken with the endpoint, through the tunnel.
struct OMS_DECL proxy_options {
    /// `http://[user:password@]host[:port]`, by default port 80, `https://…`, by default port 443, or `socks5://…`, by
    /// default port 1080; empty: none. (`socks5h://` says the same: names are the proxy's to look up.) What is special
    /// in a URL is percent-encoded in user and password (`%40` for `@`). The password is never shown; to any proxy but
    /// an `https://` one it goes in the clear.
    ///
    /// The certificate of an `https://` proxy is verified against its own name and the roots of `tls_options`. It is
    /// not shown the client's certificate, `pinned_public_keys` do not concern it, and its sessions are not resumed;
    /// files that change are read again for it, too. Where its TLS fails the code is `errc::proxy_failed`, and
    /// `stop_result::cause` says how, as `errc::certificate_untrusted`; failed verification ends all calls that wait,
    /// as an endpoint's does.
    std::string url;
    /// Hosts to reach directly, by commas: `name` (and all below it), `.suffix` (what is below it only), addresses,
    /// `address/bits`; each may end with a `:port`; `*`: all. Link-local addresses are always reached directly. Not
    /// looked at where no proxy is set.
    std::string no_proxy;
    /// What `client_config::from_environment()` left out of `no_proxy` because it is a rule of another tool's kind,
    /// such as `192.168.*` or `<local>`: where a proxy is set, the client warns its observer
    /// (`"no_proxy_rules_skipped"`).
    std::vector<std::string> skipped_rules;

    proxy_options();
};

/// What connections to an endpoint speak. Log-ins and machines' metadata are always asked by HTTP/1.1.
enum class http_version : std::uint8_t {
    automatic,  ///< HTTP/2 where the peer chooses it in the TLS handshake (ALPN), else HTTP/1.1.
    http_1_1,   ///< HTTP/1.1, and nothing else is offered.
    http_2,     ///< HTTP/2 alone: a peer without it fails as `errc::peer_not_http2`.
};

/// The connections to one endpoint; all projects share them.
struct OMS_DECL pool_options {
    std::size_t max_connections = 64;  ///< 1–100,000, those being opened included.
    /// Kept open, however long they are idle; at most `max_idle` and `max_connections`. The first call to an endpoint,
    /// or `client::async_warm_up`, opens so many; one that ends after it was of use is replaced at once, and what
    /// could not be opened is tried again by the next call. They keep the context's `run()` busy until the client's
    /// shutdown or destruction. 0: an idle client closes all after `idle_timeout`. Not of IAM's endpoint.
    std::size_t min_connections = 0;
    std::size_t max_idle = unlimited;                  ///< Idle ones kept, the last used; `max_connections` at most.
    duration idle_timeout = std::chrono::seconds(30);  ///< Closes an idle one; above 0.
    duration max_lifetime = std::chrono::minutes(10);  ///< Closes one after its exchange; above 0.
    /// Being opened at a time; at least 1. As long as nobody knows what an endpoint speaks at most 4, as one that
    /// speaks HTTP/2 carries many requests.
    std::size_t max_handshakes = 16;
    /// Requests at a time on one connection of HTTP/2, at least 1; the peer may allow fewer. Few keep small what one
    /// connection that breaks costs.
    std::size_t max_streams = 16;
    std::size_t max_pending = unlimited;              ///< Calls that wait, at least 1; beyond it: `errc::overloaded`.
    std::size_t max_pending_per_project = unlimited;  ///< Of these, calls of one project; at least 1.

    pool_options();
};

/// How long things may take. All are above 0 or `unlimited`.
struct OMS_DECL timeout_options {
    duration total = std::chrono::seconds(90);  ///< The whole call: queueing, back-off and repeats included.
    /// One try, from the connection that it got to the end of the reply. One that ends with no byte of a reply on a
    /// connection used before is repeated on one that was made since. The client's own, and 10 s at least, is also how
    /// long Linux waits for what was sent to be acknowledged (`TCP_USER_TIMEOUT`).
    duration attempt = std::chrono::seconds(30);
    duration queue = unlimited;                     ///< Waiting for a connection, in one try.
    duration resolve = std::chrono::seconds(5);     ///< Looking the host name up.
    duration connect = std::chrono::seconds(5);     ///< All addresses together; then the tunnel, the proxy's TLS in it.
    duration handshake = std::chrono::seconds(10);  ///< Shaking hands (TLS).

    timeout_options();
};

/// Whether a failed try is repeated.
enum class retry_verdict : std::uint8_t {
    standard,  ///< As the library decides.
    retry,     ///< Repeat where attempts, budget and time allow it.
    give_up,   ///< End the call with this failure.
};

/// What `retry_options::classify` sees of a failed try.
struct OMS_DECL failed_try {
    error_code code;           ///< What the try ended with.
    unsigned http_status = 0;  ///< 0: no reply.
    unsigned attempts = 0;     ///< Tries so far, this one included.
    bool open = false;         ///< A request may have reached the service without an answer.

    failed_try() noexcept;
};

/// When and how often failed tries are repeated. No number is negative.
struct OMS_DECL retry_options {
    unsigned max_attempts = 4;  ///< Tries in which a byte of the request was sent; at least 1.
    duration base_delay = std::chrono::milliseconds(200);  ///< Of the exponential, fully jittered delay.
    duration throttled_delay = std::chrono::seconds(1);    ///< In its place after 429.
    duration max_delay = std::chrono::seconds(20);         ///< Its cap.
    duration max_retry_after = std::chrono::seconds(30);   ///< A longer `Retry-After` ends the call at once.
    bool resend_open = true;          ///< `false` (strict): nothing is repeated after a try that has no answer.
    double project_budget = 10;       ///< Repeats that a project may run ahead of its successes, per endpoint.
    double endpoint_budget = 100;     ///< Repeats that all projects together may run ahead.
    double budget_per_success = 0.1;  ///< What a success gives back to both.
    /// Codes that say "not running"; `{"OMS.0066"}`. Of migration tasks and groups `OMS.1038` says it, too. A sync task
    /// then is stopped; of the others one look at the task decides, as they may wait for their turn.
    std::vector<std::string> not_running_codes;
    /// Overrules decisions, but for strict mode's and those that protect the
    /// credential and the endpoint. Called from any of the client's threads,
    /// with no lock held; must not throw.
    std::function<retry_verdict(failed_try const&)> classify;

    retry_options();
};

/// The pace of requests.
struct OMS_DECL throttle_options {
    bool adaptive = true;                           ///< Learn the pace that the service allows from its 429s.
    double rate = unlimited;                        ///< Requests a second to an endpoint; above 0.
    double per_project_rate = unlimited;            ///< Of these, requests of one project; above 0.
    std::size_t per_project_in_flight = unlimited;  ///< Requests of one project at a time; at least 1.

    throttle_options();
};

/// How much of a reply is taken. All at least 1 KiB.
///
/// A larger header, or trailer, or line between chunks, ends the connection. What a body has beyond its limit is
/// dropped: the call is completed with what fits, at once, and the connection is kept where the rest is at most 64 KiB
/// and comes within a second; else it is closed.
///
/// No coding of a body is asked for. Where a failed reply has one all the same (`Content-Encoding: gzip`), its bytes
/// are kept in `error_details::body` as they are, and the status decides.
struct OMS_DECL limit_options {
    std::size_t header = 64 * 1024;           ///< A larger one is `errc::header_too_large`.
    std::size_t error_body = 256 * 1024;      ///< What goes beyond is dropped; the status decides.
    std::size_t list_body = 8 * 1024 * 1024;  ///< A larger one is `errc::body_too_large`.

    limit_options();
};

/// Everything that a client is made from.
struct OMS_DECL client_config {
    /// `https://host[:port]` of the client's own region. One of it and `region` is needed. Several, separated
    /// by commas: the next is taken where one cannot be resolved or connected, and on no other failure. It
    /// overrules what `endpoints` says of `region`.
    std::string endpoint;
    std::string region;  ///< For example `cn-north-4`: `https://oms.cn-north-4.myhuaweicloud.com`.
    /// Region → URL, or several by commas, for `task_ref::region`; a region without one follows the naming
    /// pattern. One that this version does not know, and sync tasks where the documents name none, are told to the
    /// observer, once.
    std::map<std::string, std::string> endpoints;
    /// Of IAM, for `client::async_find_project`: `https://host[:port]`, or several by commas. Empty: by the region.
    std::string iam_endpoint;
    std::shared_ptr<credentials_provider> credentials;  ///< Needed.
    tls_options tls;                                    ///< Whom it trusts.
    proxy_options proxy;                                ///< By which proxy it connects.
    pool_options pool;                                  ///< How many connections it keeps, and how long.
    http_version http = http_version::automatic;        ///< What it speaks.
    timeout_options timeouts;                           ///< How long a call may take.
    retry_options retry;                                ///< When and how often a failed try is repeated.
    throttle_options throttle;                          ///< Its pace.
    limit_options limits;                               ///< How much of a reply it takes.
    std::shared_ptr<oms::observer> observer;            ///< May be null.
    oms::attempt_headers attempt_headers;               ///< Asked for headers of each try; empty: nobody is.
    std::shared_ptr<oms::host_resolver> resolver;       ///< Null: the system's; who waits for that is told there.
    /// Where connections begin on a machine of several networks: one of its addresses, in digits. Addresses of the
    /// other family (IPv4, IPv6) are then not gone to. Empty: as the system has it. One that this machine has not
    /// fails as `errc::connect_failed`, with the system's error as the `cause`. The metadata service and pod identity
    /// are reached as the system has it.
    std::string local_address;
    std::string local_interface;               ///< The interface they leave by, as `eth1`; empty: any. Linux only.
    std::string user_agent;                    ///< Appended to the library's own.
    std::optional<std::uint64_t> random_seed;  ///< Makes delays repeatable.

    client_config();

    /// A configuration from the environment of the process; what is not mentioned here keeps its default.
    ///
    /// It reads these variables; an empty one counts as not set. Where an endpoint lacks its scheme, `https://` is put
    /// in front of it, and `http://` before a proxy, as the cloud's SDKs and other tools do:
    ///
    /// | Variable | Field |
    /// | --- | --- |
    /// | `OMS_REGION` | `region` |
    /// | `OMS_ENDPOINT` | `endpoint`: one, or several by commas |
    /// | `OMS_CA_FILE` | `tls.ca_file` |
    /// | `HUAWEICLOUD_SDK_IAM_ENDPOINT` | `iam_endpoint` |
    /// | `https_proxy`, else `HTTPS_PROXY` | `proxy.url` |
    /// | `no_proxy`, else `NO_PROXY` | `proxy.no_proxy`; a rule that is none of its kinds: `proxy.skipped_rules` |
    /// | `HUAWEICLOUD_SDK_REGION_OMS_<REGION>` | `endpoints` of the region; in upper case, `_` for `-` |
    /// | `HUAWEICLOUD_SDK_REGIONS_FILE` | `endpoints`: the path of a region file |
    /// | `HOME`, else `USERPROFILE` | where that file is by default: `.huaweicloud/regions.yaml` below it |
    ///
    /// A region file is YAML as the service's SDKs read it: below the key `OMS` a list of entries with an `id` and
    /// an `endpoint`, or `endpoints`. One that was named must be there; the default one need not. The variables of
    /// single regions overrule it. Where no CA file is given, the system's roots count, which OpenSSL in turn
    /// takes from `SSL_CERT_FILE` and `SSL_CERT_DIR` where these are set.
    ///
    /// `credentials` are `default_credentials()`, which reads further variables in turn: those that the
    /// documentation of `idp_credentials()`, `environment_credentials()`, `profile_credentials()` and
    /// `pod_identity_credentials()` names.
    ///
    /// @throws config_error   names the variable that is wrong, and what to do; shows no password
    /// @throws std::bad_alloc
    ///
    /// Reads the environment without a lock: no other thread may change it meanwhile.
    static client_config from_environment();
};

}  // namespace oms

#endif
