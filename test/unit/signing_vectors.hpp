// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_UNIT_SIGNING_VECTORS_HPP
#define OMS_TEST_UNIT_SIGNING_VECTORS_HPP

// Signatures that the service's own clients compute. The keys are invented.

#include "wire/signature.hpp"

#include <string>
#include <utility>
#include <vector>

namespace oms::testing {

using wire::sign_algorithm;

struct signing_vector {
    using pairs = std::vector<std::pair<std::string, std::string>>;

    std::string name;
    sign_algorithm algorithm;
    std::string verb;
    std::vector<std::string> segments;
    pairs query;
    pairs headers;  // those signed
    std::string body;
    std::string target;
    std::string canonical;
    std::string authorization;
};

inline constexpr char const* vector_access_key = "HWTESTAK000000000001";
inline constexpr char const* vector_secret_key = "hwTestSk0000000000000000000000000000000001";

inline std::vector<signing_vector> const signing_vectors{
    {"stop-min",
     sign_algorithm::sdk_hmac_sha256,
     "POST",
     {"v2", "2c0689c860ad4728a497c91ec0844383", "sync-tasks", "0d146099-8cf4-437d-b6ef-88e043771c8b", "stop"},
     {},
     {{"Host", "oms.cn-north-4.myhuaweicloud.com"}, {"X-Sdk-Date", "20240912T030405Z"}},
     "",
     "/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/stop",
     "POST\n/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/stop/"
     "\n\nhost:oms.cn-north-4.myhuaweicloud.com\nx-sdk-date:20240912T030405Z\n\nhost;x-sdk-"
     "date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "SDK-HMAC-SHA256 Access=HWTESTAK000000000001, SignedHeaders=host;x-sdk-date, "
     "Signature=093eba12fc34bc39a86734c28be5a1be2ee3bc5367fef4ff1dec0966cc058db7"},
    {"stop-java-style",
     sign_algorithm::sdk_hmac_sha256,
     "POST",
     {"v2", "2c0689c860ad4728a497c91ec0844383", "sync-tasks", "0d146099-8cf4-437d-b6ef-88e043771c8b", "stop"},
     {},
     {{"Host", "oms.cn-north-4.myhuaweicloud.com"},
      {"User-Agent", "huaweicloud-usdk-test/3.0"},
      {"X-Project-Id", "2c0689c860ad4728a497c91ec0844383"},
      {"X-Sdk-Date", "20240912T030405Z"}},
     "",
     "/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/stop",
     "POST\n/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/stop/"
     "\n\nhost:oms.cn-north-4.myhuaweicloud.com\nuser-agent:huaweicloud-usdk-test/"
     "3.0\nx-project-id:2c0689c860ad4728a497c91ec0844383\nx-sdk-date:20240912T030405Z\n\nhost;user-agent;x-project-id;"
     "x-sdk-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "SDK-HMAC-SHA256 Access=HWTESTAK000000000001, SignedHeaders=host;user-agent;x-project-id;x-sdk-date, "
     "Signature=727fc2fcc2c682e96843a521832f62da7be9a988caf64051a1c1b4fb4a7df481"},
    {"stop-go-style",
     sign_algorithm::sdk_hmac_sha256,
     "POST",
     {"v2", "2c0689c860ad4728a497c91ec0844383", "sync-tasks", "0d146099-8cf4-437d-b6ef-88e043771c8b", "stop"},
     {},
     {{"User-Agent", "huaweicloud-usdk-test/3.0"},
      {"X-Project-Id", "2c0689c860ad4728a497c91ec0844383"},
      {"X-Sdk-Date", "20240912T030405Z"}},
     "",
     "/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/stop",
     "POST\n/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/stop/"
     "\n\nuser-agent:huaweicloud-usdk-test/"
     "3.0\nx-project-id:2c0689c860ad4728a497c91ec0844383\nx-sdk-date:20240912T030405Z\n\nuser-agent;x-project-id;x-sdk-"
     "date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "SDK-HMAC-SHA256 Access=HWTESTAK000000000001, SignedHeaders=user-agent;x-project-id;x-sdk-date, "
     "Signature=bf0b41223f0dafbe2ae96ae1e58da5185cddf2aa27218ba00238d73975bd0b6c"},
    {"stop-python-style",
     sign_algorithm::sdk_hmac_sha256,
     "POST",
     {"v2", "2c0689c860ad4728a497c91ec0844383", "sync-tasks", "0d146099-8cf4-437d-b6ef-88e043771c8b", "stop"},
     {},
     {{"Content-Type", "application/json"},
      {"Host", "oms.cn-north-4.myhuaweicloud.com"},
      {"User-Agent", "huaweicloud-usdk-test/3.0"},
      {"X-Project-Id", "2c0689c860ad4728a497c91ec0844383"},
      {"X-Sdk-Date", "20240912T030405Z"}},
     "",
     "/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/stop",
     "POST\n/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/stop/"
     "\n\ncontent-type:application/json\nhost:oms.cn-north-4.myhuaweicloud.com\nuser-agent:huaweicloud-usdk-test/"
     "3.0\nx-project-id:2c0689c860ad4728a497c91ec0844383\nx-sdk-date:20240912T030405Z\n\ncontent-type;host;user-agent;"
     "x-project-id;x-sdk-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "SDK-HMAC-SHA256 Access=HWTESTAK000000000001, SignedHeaders=content-type;host;user-agent;x-project-id;x-sdk-date, "
     "Signature=ce155dacbee4bed5133677fbcebd89236ccfbd8a970b441f37fecba9926bea42"},
    {"stop-security-token",
     sign_algorithm::sdk_hmac_sha256,
     "POST",
     {"v2", "2c0689c860ad4728a497c91ec0844383", "sync-tasks", "0d146099-8cf4-437d-b6ef-88e043771c8b", "stop"},
     {},
     {{"Host", "oms.cn-north-4.myhuaweicloud.com"},
      {"User-Agent", "huaweicloud-usdk-test/3.0"},
      {"X-Project-Id", "2c0689c860ad4728a497c91ec0844383"},
      {"X-Sdk-Date", "20240912T030405Z"},
      {"X-Security-Token", "STSTOKEN/abc+def==, with comma"}},
     "",
     "/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/stop",
     "POST\n/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/stop/"
     "\n\nhost:oms.cn-north-4.myhuaweicloud.com\nuser-agent:huaweicloud-usdk-test/"
     "3.0\nx-project-id:2c0689c860ad4728a497c91ec0844383\nx-sdk-date:20240912T030405Z\nx-security-token:STSTOKEN/"
     "abc+def==, with "
     "comma\n\nhost;user-agent;x-project-id;x-sdk-date;x-security-"
     "token\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "SDK-HMAC-SHA256 Access=HWTESTAK000000000001, "
     "SignedHeaders=host;user-agent;x-project-id;x-sdk-date;x-security-token, "
     "Signature=81d716d72718a81583b6a89c552fc48607d0c7857a79fb3e1adb6402eb049c57"},
    {"stop-id-space-tilde",
     sign_algorithm::sdk_hmac_sha256,
     "POST",
     {"v2", "2c0689c860ad4728a497c91ec0844383", "sync-tasks", "a b~c.d_e-f*g(h)!'", "stop"},
     {},
     {{"Host", "oms.cn-north-4.myhuaweicloud.com"},
      {"User-Agent", "huaweicloud-usdk-test/3.0"},
      {"X-Project-Id", "2c0689c860ad4728a497c91ec0844383"},
      {"X-Sdk-Date", "20240912T030405Z"}},
     "",
     "/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/a%20b~c.d_e-f%2Ag%28h%29%21%27/stop",
     "POST\n/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/a%20b~c.d_e-f%2Ag%28h%29%21%27/stop/"
     "\n\nhost:oms.cn-north-4.myhuaweicloud.com\nuser-agent:huaweicloud-usdk-test/"
     "3.0\nx-project-id:2c0689c860ad4728a497c91ec0844383\nx-sdk-date:20240912T030405Z\n\nhost;user-agent;x-project-id;"
     "x-sdk-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "SDK-HMAC-SHA256 Access=HWTESTAK000000000001, SignedHeaders=host;user-agent;x-project-id;x-sdk-date, "
     "Signature=84650f81c11fb2da92a5a35f1b5609571ef75cb4f6d40e4d45702d25ffccf19b"},
    {"stop-id-non-ascii",
     sign_algorithm::sdk_hmac_sha256,
     "POST",
     {"v2", "2c0689c860ad4728a497c91ec0844383", "sync-tasks", "\xE4\xBB\xBB\xE5\x8A\xA1-\xC3\xA9-\xF0\x9F\x98\x80",
      "stop"},
     {},
     {{"Host", "oms.cn-north-4.myhuaweicloud.com"},
      {"User-Agent", "huaweicloud-usdk-test/3.0"},
      {"X-Project-Id", "2c0689c860ad4728a497c91ec0844383"},
      {"X-Sdk-Date", "20240912T030405Z"}},
     "",
     "/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/%E4%BB%BB%E5%8A%A1-%C3%A9-%F0%9F%98%80/stop",
     "POST\n/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/%E4%BB%BB%E5%8A%A1-%C3%A9-%F0%9F%98%80/stop/"
     "\n\nhost:oms.cn-north-4.myhuaweicloud.com\nuser-agent:huaweicloud-usdk-test/"
     "3.0\nx-project-id:2c0689c860ad4728a497c91ec0844383\nx-sdk-date:20240912T030405Z\n\nhost;user-agent;x-project-id;"
     "x-sdk-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "SDK-HMAC-SHA256 Access=HWTESTAK000000000001, SignedHeaders=host;user-agent;x-project-id;x-sdk-date, "
     "Signature=cd3e1e2044c504291ea9048fa3ae885cb6b5da0ed3c51e4bb7d047751424bca3"},
    {"stop-id-percent-literal",
     sign_algorithm::sdk_hmac_sha256,
     "POST",
     {"v2", "2c0689c860ad4728a497c91ec0844383", "sync-tasks", "100%done+1", "stop"},
     {},
     {{"Host", "oms.cn-north-4.myhuaweicloud.com"},
      {"User-Agent", "huaweicloud-usdk-test/3.0"},
      {"X-Project-Id", "2c0689c860ad4728a497c91ec0844383"},
      {"X-Sdk-Date", "20240912T030405Z"}},
     "",
     "/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/100%25done%2B1/stop",
     "POST\n/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/100%25done%2B1/stop/"
     "\n\nhost:oms.cn-north-4.myhuaweicloud.com\nuser-agent:huaweicloud-usdk-test/"
     "3.0\nx-project-id:2c0689c860ad4728a497c91ec0844383\nx-sdk-date:20240912T030405Z\n\nhost;user-agent;x-project-id;"
     "x-sdk-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "SDK-HMAC-SHA256 Access=HWTESTAK000000000001, SignedHeaders=host;user-agent;x-project-id;x-sdk-date, "
     "Signature=0ed73396bccbd2312d047b04c0de7ee97a0cf9193ab66ba1f548cf3ebf355d02"},
    {"stop-id-slash-python",
     sign_algorithm::sdk_hmac_sha256,
     "POST",
     {"v2", "2c0689c860ad4728a497c91ec0844383", "sync-tasks", "a", "b", "stop"},
     {},
     {{"Host", "oms.cn-north-4.myhuaweicloud.com"},
      {"User-Agent", "huaweicloud-usdk-test/3.0"},
      {"X-Project-Id", "2c0689c860ad4728a497c91ec0844383"},
      {"X-Sdk-Date", "20240912T030405Z"}},
     "",
     "/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/a%2Fb/stop",
     "POST\n/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/a/b/stop/"
     "\n\nhost:oms.cn-north-4.myhuaweicloud.com\nuser-agent:huaweicloud-usdk-test/"
     "3.0\nx-project-id:2c0689c860ad4728a497c91ec0844383\nx-sdk-date:20240912T030405Z\n\nhost;user-agent;x-project-id;"
     "x-sdk-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "SDK-HMAC-SHA256 Access=HWTESTAK000000000001, SignedHeaders=host;user-agent;x-project-id;x-sdk-date, "
     "Signature=c753c1e5d0bc2738a11d519ae1bdbef88f74b76ed1ac5895bd830c1afe9b84d1"},
    {"list-query",
     sign_algorithm::sdk_hmac_sha256,
     "GET",
     {"v2", "2c0689c860ad4728a497c91ec0844383", "sync-tasks"},
     {{"status", "SYNCHRONIZING"}, {"offset", "0"}, {"limit", "100"}},
     {{"Host", "oms.cn-north-4.myhuaweicloud.com"},
      {"User-Agent", "huaweicloud-usdk-test/3.0"},
      {"X-Project-Id", "2c0689c860ad4728a497c91ec0844383"},
      {"X-Sdk-Date", "20240912T030405Z"}},
     "",
     "/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks?limit=100&offset=0&status=SYNCHRONIZING",
     "GET\n/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/"
     "\nlimit=100&offset=0&status=SYNCHRONIZING\nhost:oms.cn-north-4.myhuaweicloud.com\nuser-agent:huaweicloud-usdk-"
     "test/"
     "3.0\nx-project-id:2c0689c860ad4728a497c91ec0844383\nx-sdk-date:20240912T030405Z\n\nhost;user-agent;x-project-id;"
     "x-sdk-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "SDK-HMAC-SHA256 Access=HWTESTAK000000000001, SignedHeaders=host;user-agent;x-project-id;x-sdk-date, "
     "Signature=a879839f2e3b609fd35b5de8d54952cb85523e22ae7c652d402fe9094de6cd4e"},
    {"query-special",
     sign_algorithm::sdk_hmac_sha256,
     "GET",
     {"v2", "2c0689c860ad4728a497c91ec0844383", "tasks"},
     {{"task_name", "a b/c~d+e=f&g%h*\xE4\xB8\xAD"},
      {"empty", ""},
      {"group_id", "z"},
      {"group_id", "a"},
      {"group_id", "M"}},
     {{"Host", "oms.cn-north-4.myhuaweicloud.com"},
      {"User-Agent", "huaweicloud-usdk-test/3.0"},
      {"X-Project-Id", "2c0689c860ad4728a497c91ec0844383"},
      {"X-Sdk-Date", "20240912T030405Z"}},
     "",
     "/v2/2c0689c860ad4728a497c91ec0844383/"
     "tasks?empty=&group_id=M&group_id=a&group_id=z&task_name=a%20b%2Fc~d%2Be%3Df%26g%25h%2A%E4%B8%AD",
     "GET\n/v2/2c0689c860ad4728a497c91ec0844383/tasks/"
     "\nempty=&group_id=M&group_id=a&group_id=z&task_name=a%20b%2Fc~d%2Be%3Df%26g%25h%2A%E4%B8%AD\nhost:oms.cn-north-4."
     "myhuaweicloud.com\nuser-agent:huaweicloud-usdk-test/"
     "3.0\nx-project-id:2c0689c860ad4728a497c91ec0844383\nx-sdk-date:20240912T030405Z\n\nhost;user-agent;x-project-id;"
     "x-sdk-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "SDK-HMAC-SHA256 Access=HWTESTAK000000000001, SignedHeaders=host;user-agent;x-project-id;x-sdk-date, "
     "Signature=5a8ece2586bf513f88ab20d714492f00f52c411b0b1a98a131e4ec138e60806b"},
    {"start-with-body",
     sign_algorithm::sdk_hmac_sha256,
     "POST",
     {"v2", "2c0689c860ad4728a497c91ec0844383", "sync-tasks", "0d146099-8cf4-437d-b6ef-88e043771c8b", "start"},
     {},
     {{"Host", "oms.cn-north-4.myhuaweicloud.com"},
      {"User-Agent", "huaweicloud-usdk-test/3.0"},
      {"X-Project-Id", "2c0689c860ad4728a497c91ec0844383"},
      {"X-Sdk-Date", "20240912T030405Z"}},
     "{\"src_ak\":\"A\",\"src_sk\":\"B\",\"dst_ak\":\"C\",\"dst_sk\":\"D\"}",
     "/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/start",
     "POST\n/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/start/"
     "\n\nhost:oms.cn-north-4.myhuaweicloud.com\nuser-agent:huaweicloud-usdk-test/"
     "3.0\nx-project-id:2c0689c860ad4728a497c91ec0844383\nx-sdk-date:20240912T030405Z\n\nhost;user-agent;x-project-id;"
     "x-sdk-date\naebb678241b76b88e13a7f3f8135a2d512be63b4b0e0d19689880775341ddb1e",
     "SDK-HMAC-SHA256 Access=HWTESTAK000000000001, SignedHeaders=host;user-agent;x-project-id;x-sdk-date, "
     "Signature=33cc9c542e9bb145f09874a9e2b8442df90617e36c463496c37637e32b0c8a7b"},
    {"body-non-ascii",
     sign_algorithm::sdk_hmac_sha256,
     "POST",
     {"v2", "2c0689c860ad4728a497c91ec0844383", "sync-tasks", "0d146099-8cf4-437d-b6ef-88e043771c8b", "start"},
     {},
     {{"Host", "oms.cn-north-4.myhuaweicloud.com"},
      {"User-Agent", "huaweicloud-usdk-test/3.0"},
      {"X-Project-Id", "2c0689c860ad4728a497c91ec0844383"},
      {"X-Sdk-Date", "20240912T030405Z"}},
     "{\"description\":\"\xE5\x90\x8C\xE6\xAD\xA5 \xE2\x9C\x93\"}",
     "/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/start",
     "POST\n/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/start/"
     "\n\nhost:oms.cn-north-4.myhuaweicloud.com\nuser-agent:huaweicloud-usdk-test/"
     "3.0\nx-project-id:2c0689c860ad4728a497c91ec0844383\nx-sdk-date:20240912T030405Z\n\nhost;user-agent;x-project-id;"
     "x-sdk-date\n748873d08148a90dbea92dc059407d54d181e57eeee8f4f9cae01dd4f4c7b056",
     "SDK-HMAC-SHA256 Access=HWTESTAK000000000001, SignedHeaders=host;user-agent;x-project-id;x-sdk-date, "
     "Signature=c12db58b38074213847a0c651d7a22992531812b73f9fb7047de11f899f07802"},
    {"header-trim",
     sign_algorithm::sdk_hmac_sha256,
     "POST",
     {"v2", "2c0689c860ad4728a497c91ec0844383", "sync-tasks", "0d146099-8cf4-437d-b6ef-88e043771c8b", "stop"},
     {},
     {{"Host", "oms.cn-north-4.myhuaweicloud.com"},
      {"User-Agent", "huaweicloud-usdk-test/3.0"},
      {"X-Extra", "  padded value\t"},
      {"X-Project-Id", "2c0689c860ad4728a497c91ec0844383"},
      {"X-Sdk-Date", "20240912T030405Z"}},
     "",
     "/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/stop",
     "POST\n/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/stop/"
     "\n\nhost:oms.cn-north-4.myhuaweicloud.com\nuser-agent:huaweicloud-usdk-test/3.0\nx-extra:padded "
     "value\nx-project-id:2c0689c860ad4728a497c91ec0844383\nx-sdk-date:20240912T030405Z\n\nhost;user-agent;x-extra;x-"
     "project-id;x-sdk-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "SDK-HMAC-SHA256 Access=HWTESTAK000000000001, SignedHeaders=host;user-agent;x-extra;x-project-id;x-sdk-date, "
     "Signature=595994df441b6f0586e9b804411542d4a95308630e67e712113bca04d98668eb"},
    {"trailing-slash",
     sign_algorithm::sdk_hmac_sha256,
     "GET",
     {"v2", "2c0689c860ad4728a497c91ec0844383", "sync-tasks", ""},
     {},
     {{"Host", "oms.cn-north-4.myhuaweicloud.com"},
      {"User-Agent", "huaweicloud-usdk-test/3.0"},
      {"X-Project-Id", "2c0689c860ad4728a497c91ec0844383"},
      {"X-Sdk-Date", "20240912T030405Z"}},
     "",
     "/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/",
     "GET\n/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/"
     "\n\nhost:oms.cn-north-4.myhuaweicloud.com\nuser-agent:huaweicloud-usdk-test/"
     "3.0\nx-project-id:2c0689c860ad4728a497c91ec0844383\nx-sdk-date:20240912T030405Z\n\nhost;user-agent;x-project-id;"
     "x-sdk-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "SDK-HMAC-SHA256 Access=HWTESTAK000000000001, SignedHeaders=host;user-agent;x-project-id;x-sdk-date, "
     "Signature=75481625d2b810157178ac02b04c750ae60e0b73be1edfbecb8b01d742bd9cda"},
    {"root-path",
     sign_algorithm::sdk_hmac_sha256,
     "GET",
     {""},
     {},
     {{"Host", "oms.cn-north-4.myhuaweicloud.com"},
      {"User-Agent", "huaweicloud-usdk-test/3.0"},
      {"X-Sdk-Date", "20240912T030405Z"}},
     "",
     "/",
     "GET\n/\n\nhost:oms.cn-north-4.myhuaweicloud.com\nuser-agent:huaweicloud-usdk-test/"
     "3.0\nx-sdk-date:20240912T030405Z\n\nhost;user-agent;x-sdk-"
     "date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "SDK-HMAC-SHA256 Access=HWTESTAK000000000001, SignedHeaders=host;user-agent;x-sdk-date, "
     "Signature=b0432a2aa90e145bcdc5d59f33cc5e0e0c67367bd6c4da9232b40c21db9b7a14"},
    {"iam-list-projects",
     sign_algorithm::sdk_hmac_sha256,
     "GET",
     {"v3", "projects"},
     {{"name", "cn-north-4"}},
     {{"Host", "iam.cn-north-4.myhuaweicloud.com"},
      {"User-Agent", "huaweicloud-usdk-test/3.0"},
      {"X-Sdk-Date", "20240912T030405Z"}},
     "",
     "/v3/projects?name=cn-north-4",
     "GET\n/v3/projects/\nname=cn-north-4\nhost:iam.cn-north-4.myhuaweicloud.com\nuser-agent:huaweicloud-usdk-test/"
     "3.0\nx-sdk-date:20240912T030405Z\n\nhost;user-agent;x-sdk-"
     "date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "SDK-HMAC-SHA256 Access=HWTESTAK000000000001, SignedHeaders=host;user-agent;x-sdk-date, "
     "Signature=946488673df2a8121e8f8f818be9da850b3b3d1e8ef1950fa394f195dfdfd628"},
    {"host-with-port",
     sign_algorithm::sdk_hmac_sha256,
     "POST",
     {"v2", "2c0689c860ad4728a497c91ec0844383", "sync-tasks", "0d146099-8cf4-437d-b6ef-88e043771c8b", "stop"},
     {},
     {{"Host", "127.0.0.1:8443"},
      {"User-Agent", "huaweicloud-usdk-test/3.0"},
      {"X-Project-Id", "2c0689c860ad4728a497c91ec0844383"},
      {"X-Sdk-Date", "20240912T030405Z"}},
     "",
     "/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/stop",
     "POST\n/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/stop/"
     "\n\nhost:127.0.0.1:8443\nuser-agent:huaweicloud-usdk-test/"
     "3.0\nx-project-id:2c0689c860ad4728a497c91ec0844383\nx-sdk-date:20240912T030405Z\n\nhost;user-agent;x-project-id;"
     "x-sdk-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "SDK-HMAC-SHA256 Access=HWTESTAK000000000001, SignedHeaders=host;user-agent;x-project-id;x-sdk-date, "
     "Signature=1c357b0359c16549221183464dc240cba1dcf27469aab16314edeab8e04b4ef0"},
    {"stop-derived",
     sign_algorithm::v11_hmac_sha256,
     "POST",
     {"v2", "2c0689c860ad4728a497c91ec0844383", "sync-tasks", "0d146099-8cf4-437d-b6ef-88e043771c8b", "stop"},
     {},
     {{"Host", "oms.cn-north-4.myhuaweicloud.com"},
      {"User-Agent", "huaweicloud-usdk-test/3.0"},
      {"X-Project-Id", "2c0689c860ad4728a497c91ec0844383"},
      {"X-Sdk-Date", "20240912T030405Z"}},
     "",
     "/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/stop",
     "POST\n/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/stop/"
     "\n\nhost:oms.cn-north-4.myhuaweicloud.com\nuser-agent:huaweicloud-usdk-test/"
     "3.0\nx-project-id:2c0689c860ad4728a497c91ec0844383\nx-sdk-date:20240912T030405Z\n\nhost;user-agent;x-project-id;"
     "x-sdk-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "V11-HMAC-SHA256 Credential=HWTESTAK000000000001/20240912/cn-north-4/oms, "
     "SignedHeaders=host;user-agent;x-project-id;x-sdk-date, "
     "Signature=831784c9cb8bdd04bf3d59558395c185b613a1f4be9711372f6711d6d7cdd6bc"},
    {"stop-sm3",
     sign_algorithm::sdk_hmac_sm3,
     "POST",
     {"v2", "2c0689c860ad4728a497c91ec0844383", "sync-tasks", "0d146099-8cf4-437d-b6ef-88e043771c8b", "stop"},
     {},
     {{"Host", "oms.cn-north-4.myhuaweicloud.com"},
      {"User-Agent", "huaweicloud-usdk-test/3.0"},
      {"X-Project-Id", "2c0689c860ad4728a497c91ec0844383"},
      {"X-Sdk-Date", "20240912T030405Z"}},
     "",
     "/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/stop",
     "POST\n/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/stop/"
     "\n\nhost:oms.cn-north-4.myhuaweicloud.com\nuser-agent:huaweicloud-usdk-test/"
     "3.0\nx-project-id:2c0689c860ad4728a497c91ec0844383\nx-sdk-date:20240912T030405Z\n\nhost;user-agent;x-project-id;"
     "x-sdk-date\n1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b",
     "SDK-HMAC-SM3 Access=HWTESTAK000000000001, SignedHeaders=host;user-agent;x-project-id;x-sdk-date, "
     "Signature=fa80a5313a2e3fa1bc5c70b231ce732856bf0cb6a81ee3fff1e547453df8e3a7"},
};

}  // namespace oms::testing

#endif
