// SPDX-License-Identifier: MIT
// Large Unicode classes, intersected and taken from each other, without an end.
// expect: dropped "out of time"
// only: force
function run() { for (let i = 0;; i++) new RegExp('[[\\p{L}--\\p{Lu}]&&[\\p{Script=Latin}' + (i % 10) + ']]', 'v').test('é'); }
