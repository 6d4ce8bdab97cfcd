// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_AGENCY_HPP
#define OMS_AGENCY_HPP

/// @file
/// Credentials of another account, which has made an agency for one's own: IAM gives them to whoever may act for it.
///
/// `<oms/credentials.hpp>` includes it, and what that one says of all sources is true of these.

#include <oms/detail/export.hpp>
#include <oms/duration.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace oms {

class credentials_provider;

/// An agency: what another account, the delegating one, lets ours do in its projects.
struct OMS_DECL agency_options {
    std::string agency;          ///< Its name, in the delegating account.
    std::string domain_name;     ///< The delegating account's name; this one or `domain_id`.
    std::string domain_id;       ///< The delegating account's id; this one or `domain_name`.
    std::string acting_project;  ///< A project of our own account, which the acting source is asked for; empty: none.
    std::string endpoint;        ///< As of `iam_options::endpoint`, read by the function that makes the source.
    std::string ca_file;         ///< As of `iam_options::ca_file`.
    std::string ca_pem;          ///< What `ca_file` would hold.
    duration timeout = std::chrono::seconds(30);  ///< Of each request.
    /// How long a key is good for, 900–86400 s; of `agency_key_credentials` only. IAM's own default is 15 minutes; the
    /// cloud's SDKs ask for six hours where they ask for such a key, so that it outlives an outage of IAM.
    std::chrono::seconds key_duration = std::chrono::hours(6);

    agency_options();
};

/// Tokens of the delegating account, one for each project: `POST /v3/auth/tokens` by the method `assume_role`, scoped
/// to the project.
///
/// @param options  Which agency, and where IAM is.
/// @param acting   Who asks for them: a source of our own account, of any kind. Its user or key needs the permission
///                 "Agent Operator".
///
/// **The acting credential.** `acting` is asked for no project, as for any question to IAM, or for `acting_project`,
/// and for the region of the call; so a log-in at IAM is for the project that is named as the region. What it gives
/// serves whatever project it is bound to: IAM looks only at whose it is. A token goes into `X-Auth-Token`; a key signs
/// the request, which IAM's documents allow where a key is asked for (`agency_key_credentials`), and do not mention
/// here. It is kept for each region until shortly before its end, and asked for by one request at a time. Where IAM
/// rejects it (401), it is reported to `acting` (`credentials_provider::invalidate`), and another, if `acting` has one,
/// is tried once. A clock that is wrong by up to half an hour is made up for.
///
/// **Errors.** Calls complete as `not_sent`. A 401 that no other acting credential cures closes the source for five
/// minutes, for all clients that share it (`errc::credentials_rejected`); a 403 or 404, where the agency is not there,
/// or not for whoever acts or for the project, closes it for that project only (`errc::credentials_unavailable`). Until
/// IAM has accepted one log-in, one is tried at a time, then at most 8. Where IAM cannot be reached, or answers 429 or
/// 503, or `acting` has nothing, all that wait are told, and all that ask within the next second; after any other
/// failure those of that project. The code of `acting` is that of the calls, and its words are in `service_message`.
///
/// **Cancellation.** A call that leaves costs the others that wait a new request at most; where it was the one that
/// asks, `acting` hears of it by `credential_request::cancellation`.
///
/// Source: IAM API reference, "Obtaining an Agency Token".
///
/// @throws config_error  names the option that is wrong, or `acting`: there is none
OMS_DECL std::shared_ptr<credentials_provider> agency_token_credentials(agency_options options,
                                                                        std::shared_ptr<credentials_provider> acting);

/// A temporary key of the delegating account, for all its projects that the agency is for:
/// `POST /v3.0/OS-CREDENTIAL/securitytokens` by the method `assume_role`, good for `key_duration`.
///
/// @param options  Which agency, and where IAM is.
/// @param acting   As of `agency_token_credentials`.
///
/// One key serves all projects. It is asked for at most once a minute, by one request for all that wait, also of other
/// clients that share the source. The acting credential, and cancellation: as of `agency_token_credentials`.
///
/// **Errors.** Calls complete as `not_sent`. A 401 that no other acting credential cures is that of all calls for five
/// minutes (`errc::credentials_rejected`), a 403 or 404 as well (`errc::credentials_unavailable`), and any other
/// failure, of IAM or of `acting`, for five seconds, but where an older key still serves.
///
/// Source: IAM API reference, on temporary access keys through an agency.
///
/// @throws config_error  names the option that is wrong, or `acting`: there is none
OMS_DECL std::shared_ptr<credentials_provider> agency_key_credentials(agency_options options,
                                                                      std::shared_ptr<credentials_provider> acting);

}  // namespace oms

#endif
