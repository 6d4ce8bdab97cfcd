// SPDX-License-Identifier: BSL-1.0
#include "auth/key_settings.hpp"

#include <oms/credentials.hpp>

#include <cstdlib>
#include <utility>

namespace oms {

namespace {

// An empty variable counts as not set.
std::string variable(char const* name) {
    char const* const value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

class environment_provider final : public credentials_provider {
public:
    void async_get(credential_request, credential_handler handler) override {
        auth::key_settings settings;
        settings.access_key = variable("HUAWEICLOUD_SDK_AK");
        settings.secret_key = secret(variable("HUAWEICLOUD_SDK_SK"));
        settings.security_token = secret(variable("HUAWEICLOUD_SDK_SECURITY_TOKEN"));
        settings.project_id = variable("HUAWEICLOUD_SDK_PROJECT_ID");
        // The names of the service's own samples, where the SDKs' say nothing.
        if (settings.access_key.empty() && settings.secret_key.empty()) {
            settings.access_key = variable("CLOUD_SDK_AK");
            settings.secret_key = secret(variable("CLOUD_SDK_SK"));
        }
        std::string lacks = auth::lacking(settings, "HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK");
        if (!lacks.empty()) return handler.fail(errc::credentials_unavailable, std::move(lacks));
        handler({}, settings.value());
    }

    std::string label() const override { return "environment"; }
};

}  // namespace

std::shared_ptr<credentials_provider> environment_credentials() {
    return std::make_shared<environment_provider>();
}

}  // namespace oms
