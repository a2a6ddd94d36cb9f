// SPDX-License-Identifier: MIT

export default {
  port: 0,
  shards: 2,
  env: ["ENTMOOT_TEST_KEY"],
  rooms: { "vault:*": { durable: true } },
} satisfies EntmootConfig;
