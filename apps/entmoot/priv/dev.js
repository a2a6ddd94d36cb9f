// SPDX-License-Identifier: MIT
//
// Added to every page under `entmoot serve --watch`: shows the errors of a failed reload, and reloads the page when one
// of its files has changed. A reload of rooms does not reload the page: its clients stay joined.
import { Socket } from "/entmoot/phoenix.js";

const socket = new Socket("$SOCKET_PATH");
socket.connect();
const channel = socket.channel("entmoot:dev");

let box = null;

function show(problem) {
  box?.remove();
  box = null;
  if (!problem) return;
  box = document.createElement("pre");
  box.id = "entmoot-problem";
  box.setAttribute("role", "alert");
  box.textContent = `Reload failed; rooms keep running the previous version.\n\n${problem}`;
  Object.assign(box.style, {
    position: "fixed",
    inset: "1rem 1rem auto 1rem", // at the top: most chat pages have their input at the bottom
    margin: "0 auto",
    maxWidth: "60rem",
    padding: "1rem 1.25rem",
    maxHeight: "50vh",
    overflow: "auto",
    zIndex: "2147483647",
    whiteSpace: "pre-wrap",
    font: "13px/1.5 ui-monospace, monospace",
    color: "#fff",
    background: "#7a1f1f",
    overflowWrap: "anywhere",
    borderRadius: "8px",
    boxShadow: "0 8px 30px rgb(0 0 0 / 40%)",
  });
  document.body.append(box);
}

channel.on("problem", ({ problem }) => show(problem));
channel.on("page_changed", () => location.reload());
channel.join().receive("ok", ({ problem }) => show(problem));
