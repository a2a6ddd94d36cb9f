// SPDX-License-Identifier: MIT
// https://urlpattern.spec.whatwg.org, by the package urlpattern-polyfill, which uses URL.
(function (host) {
  'use strict';

  const { URLPattern } = host.part('url_pattern_library')();
  return { URLPattern };
})
