// SPDX-License-Identifier: MIT

#pragma once

// Keys and tokens made by another implementation, node:crypto, so that ours is not only right about itself. All four
// tokens hold the same claims: iss "node", sub "user-7", aud ["other","chat"], nbf in November 2023, exp in the year
// 2100. The weak and foreign keys are there to be refused.

#include <string_view>

namespace entmoot::node {

inline constexpr std::string_view jwks =
    "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"vqt6wUez9l12bepKXRv3Rakw3JHcKET1kuW16IKCAnv4NCi7QrrAi3ij6Kvh0Ww6N5SO55yGMDKc_"
    "zLrEhF"
    "2qHvQZrthJZyieZG-1axN11g095vr8H6gDVPrBlia5RL-MCYXeC6CnTJJzMTrPoNTSsqqAswbykHUk0620axWYn0BnqcSVaxCUE7jUiGCMbVoi"
    "qev0k-SZewlrkOKlCruqF0iMmC8qJxRPaZwe9cGvS0ZQegosnQLi-cet36ciNSeAxRxvtl57fi2vR3q6HvNLESXSQa7Mu5HHQoFYpfmMO6Dsvt"
    "rBAPzESCCTgl5Qndb9zdgGISNcKoXgmEnj9KEQw\",\"e\":\"AQAB\",\"kid\":\"r\",\"alg\":\"RS256\",\"use\":\"sig\"},{"
    "\"kty\":\"EC\",\"x\":\"nelB"
    "KS3Te47-0sM9dgIy2L6UtI62jzwPmNFTZlGAxxE\",\"y\":\"R2F-6LClj-rLB4K5S25Q6tq1qHlyHSB9fIKl6q6IIvg\",\"crv\":\"P-256\","
    "\"kid\""
    ":\"e\",\"alg\":\"ES256\",\"use\":\"sig\"},{\"crv\":\"Ed25519\",\"x\":\"c3qjlDVCTLjc-Itj-"
    "cq0r6ZaDAGLV7uDTpqIGEsFDOQ\",\"kty\":\"OKP\""
    ",\"kid\":\"d\",\"alg\":\"EdDSA\",\"use\":\"sig\"},{\"kty\":\"oct\",\"k\":"
    "\"b2LudKwRCYafmAxA3uOJa5H8wwLmH8sjVCky6FIHymM\",\"kid\":\"h\""
    ",\"alg\":\"HS256\"}]}";

inline constexpr std::string_view hs256 =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImgifQ.eyJpc3MiOiJub2RlIiwic3ViIjoidXNlci03IiwiYXVkIjpbIm90aGVyIiw"
    "iY2hhdCJdLCJuYmYiOjE3MDAwMDAwMDAsImV4cCI6NDEwMjQ0NDgwMH0.MIZ46Eczgqc0Z5oqBPw_xwcyVjJmEjBND9eNuoqaLjI";

inline constexpr std::string_view rs256 =
    "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6InIifQ.eyJpc3MiOiJub2RlIiwic3ViIjoidXNlci03IiwiYXVkIjpbIm90aGVyIiw"
    "iY2hhdCJdLCJuYmYiOjE3MDAwMDAwMDAsImV4cCI6NDEwMjQ0NDgwMH0.S5xkYHYyv0FZEj0GInnprfiFglHRciNiF2gYeGKbE_B8K8ZE9x49c"
    "JRBqFfZ83V4zBE3q4QB9vN6OSJbSQghHTDGZlnV2VRy5EaGAluIeD8__MLB2YY3RdO0RkYrnA_ATA5bVDtNQwhmuB79Fswzr6tzSRNdYV_JyiA"
    "kf1TrJd1MiL_30qAG40XfdIy-EuKnlZp_VHemL-6isGPlyudXZoiUJwc6t8KVqzcxPlfzlRvQgt-4UmdZv7etwEtCYlIGXNZwj7Miz-54e1TOS"
    "a-fV0cHIKy-q7tA6DHB69vMibjFQTEianzK7FDL3Xs3t1TwC1e5mtk7s1vjMOGmtFalBw";

inline constexpr std::string_view es256 =
    "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImUifQ.eyJpc3MiOiJub2RlIiwic3ViIjoidXNlci03IiwiYXVkIjpbIm90aGVyIiw"
    "iY2hhdCJdLCJuYmYiOjE3MDAwMDAwMDAsImV4cCI6NDEwMjQ0NDgwMH0.cgjr3silpWktlorX8ze4y_mIUaRm3lRPNXdgrEy-XBKhR56Hqd2hk"
    "h-zav3jJaCoVEUhoKN8kAAsUSHUTJcDcA";

inline constexpr std::string_view eddsa =
    "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImQifQ.eyJpc3MiOiJub2RlIiwic3ViIjoidXNlci03IiwiYXVkIjpbIm90aGVyIiw"
    "iY2hhdCJdLCJuYmYiOjE3MDAwMDAwMDAsImV4cCI6NDEwMjQ0NDgwMH0.cPSvCuHq_gEEFExPySYMsz6UjT8_wu1BTZUB4BZLQmG-GJmjtBTam"
    "A3KvJ24yqHLcgVbjGnl0P2U15ccc3ijBQ";

/// Signed with the RSA key, but by RSASSA-PSS, and said to be RS256.
inline constexpr std::string_view pss_as_rs256 =
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJub2RlIiwic3ViIjoidXNlci03IiwiYXVkIjpbIm90aGVyIiwiY2hhdCJdLCJuYmYiOjE3MDAwMDAwM"
    "DAsImV4cCI6NDEwMjQ0NDgwMH0.OB8947WpjbfK63o-PkSTwHe0cecuVy8Ny8EzCYM3rWuFfQYaspsjSG-dxxj1WwWGS3nujGEhf7s70rMfQ6T"
    "QiZ5W6Lmn9W1ZpVZVfMY05i7paRPfl3-OAJVhdoB480wNCiajCPUAsbEAYqWYaKyJEWZ3Gm0nlQBGqFpv8zt6VYqvwdJNKjPAR3Imae3ymrVwd"
    "WyT60LBaN6NpReXfgo27-Vt2MOlygtbngTG7P_DXOBNn6jIfk9MRQQSYdcUBhSmPkep_qZVJoYu7vm1Fw8ODk5Sa2fHLUBGF2bygx1YPXbuolx"
    "VKUvq5zJC8FlePaO1gRRwHVJjtTj40VqFPdMTIA";

inline constexpr std::string_view rsa_pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvqt6wUez9l12bepKXRv3\n"
    "Rakw3JHcKET1kuW16IKCAnv4NCi7QrrAi3ij6Kvh0Ww6N5SO55yGMDKc/zLrEhF2\n"
    "qHvQZrthJZyieZG+1axN11g095vr8H6gDVPrBlia5RL+MCYXeC6CnTJJzMTrPoNT\n"
    "SsqqAswbykHUk0620axWYn0BnqcSVaxCUE7jUiGCMbVoiqev0k+SZewlrkOKlCru\n"
    "qF0iMmC8qJxRPaZwe9cGvS0ZQegosnQLi+cet36ciNSeAxRxvtl57fi2vR3q6HvN\n"
    "LESXSQa7Mu5HHQoFYpfmMO6DsvtrBAPzESCCTgl5Qndb9zdgGISNcKoXgmEnj9KE\n"
    "QwIDAQAB\n"
    "-----END PUBLIC KEY-----\n";

inline constexpr std::string_view p256_pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEnelBKS3Te47+0sM9dgIy2L6UtI62\n"
    "jzwPmNFTZlGAxxFHYX7osKWP6ssHgrlLblDq2rWoeXIdIH18gqXqrogi+A==\n"
    "-----END PUBLIC KEY-----\n";

inline constexpr std::string_view ed25519_pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAc3qjlDVCTLjc+Itj+cq0r6ZaDAGLV7uDTpqIGEsFDOQ=\n"
    "-----END PUBLIC KEY-----\n";

inline constexpr std::string_view rsa_1024_pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDxPA7XOZnuALmm0YQY5XQVZO/Q\n"
    "CB8iUqO/VY+KYdnUUsR2QfEPG4Ifw8vAFWVy5tXESU/QOWF4SNOm5MSvmDWYzAKp\n"
    "2dZ9dTdf7cLehe7+vyVWuskyxDQUhd68QKUpiTjhmO73i+hWK/+0zf+Hdcn7Bv0K\n"
    "+t914WgTMoK5QwLKDwIDAQAB\n"
    "-----END PUBLIC KEY-----\n";

inline constexpr std::string_view rsa_2040_pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBITANBgkqhkiG9w0BAQEFAAOCAQ4AMIIBCQKCAQAAr0EqTJ/YaG50m6TIQ+0K\n"
    "3m2xWs+8P3YtlN5/1bjE8w5wGEVVO8BIQpgaGrxVv1vMZ73Rxx5AbbXKI6RHt7Z0\n"
    "qjFSPVDyLMr872ACr/q57hVe1JE4mDFXE5hZ4PrFpgIWO8VuzBF+xxAjsDL67+vd\n"
    "gZF+u2nyIkUpANmw54isQiUhJgtdeU+DMxyZfCQNhJXyJZzzUD8i2DalPXYLmAms\n"
    "5RFYyXFtDEea58dUrefLoqvy5tXFc7OPXMsFBiPabSny33vyz/J0LdjxSkvbxgQk\n"
    "Ki1dgz9JmUUCybDfrg3VUKov+6knXM/KHkltEID+OTrlaEQYopgdijRPZQiP99g5\n"
    "AgMBAAE=\n"
    "-----END PUBLIC KEY-----\n";

inline constexpr std::string_view rsa_pss_pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBVjBBBgkqhkiG9w0BAQowNKAPMA0GCWCGSAFlAwQCAQUAoRwwGgYJKoZIhvcN\n"
    "AQEIMA0GCWCGSAFlAwQCAQUAogMCASADggEPADCCAQoCggEBAJgXFik/wyCI1PyK\n"
    "T8rg5GQWbNKiL1tC0gEmXfGRPjxS/ZLjclEuE2wP14ykZ6GcHcGPTw7hBQXejQ6G\n"
    "Owy2rKTe8ZK2CPIknmiO8r3L+UAFYXDKein8Vmu/pg3s5Mk47fpAamItpLX8gbph\n"
    "+RM5PG5eURXdB9BDHscoQcnrqrT0RVxjtiOdAu1kuv5l+MjIQ8dH+ECoi391uw22\n"
    "ntTvkoN5rA5wwP8vRnfkCZMMVqNBXib4MM4Td1W+cyPTJaXAR7GPY6bi9lR1BMHy\n"
    "moEO4H8p9vgTII+7P5WngasxtWrVMiX+RQ46+fwqPSw3fUiqAka+zwhTgYMOq132\n"
    "2aNVzmkCAwEAAQ==\n"
    "-----END PUBLIC KEY-----\n";

inline constexpr std::string_view p384_pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEYmIisg7VXY7V159bhNwmRxPKDhA0GozC\n"
    "e+9eEJYh/2HPdH3m0nj+fgvtQWPoqOVxzBlBXIN183KDjVH+8tGU3dF6FQQFNeMv\n"
    "7Wkghgp9ov5FwZ6vrBRdxr5K7B4nMZ4f\n"
    "-----END PUBLIC KEY-----\n";

inline constexpr std::string_view secp256k1_pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEE6GDW8TN7iM6R5US72a4ekR7ipc5crQE\n"
    "1B1JU96HOzxTfvfF3zx+bm7obposvwwO/m04ms6/n712M0mzeR92iQ==\n"
    "-----END PUBLIC KEY-----\n";

inline constexpr std::string_view ed448_pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MEMwBQYDK2VxAzoAPs6AoBT6b184ludNBlk843EJh1slog6vDJxvE1M9HrBjs5zZ\n"
    "W41LK9bo1WMSj49RGJONA1QVpUuA\n"
    "-----END PUBLIC KEY-----\n";

inline constexpr std::string_view x25519_pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VuAyEAFWHfrqbbfg2KJhMRqWZu5MPI0ejTS89JYPirl/y8fRA=\n"
    "-----END PUBLIC KEY-----\n";

}  // namespace entmoot::node
