// SPDX-License-Identifier: MIT
export default { handlers: ["broadcast", "send"] };
