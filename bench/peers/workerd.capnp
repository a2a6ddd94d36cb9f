# SPDX-License-Identifier: MIT
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [ (name = "main", worker = .mainWorker) ],
  sockets = [ (name = "http", address = "127.0.0.1:4000", http = (), service = "main") ]
);

const mainWorker :Workerd.Worker = (
  compatibilityDate = "2026-01-01",
  modules = [ (name = "workerd.mjs", esModule = embed "workerd.mjs") ],
  durableObjectNamespaces = [ (className = "Room", uniqueKey = "rooms") ],
  durableObjectStorage = (inMemory = void),
  bindings = [ (name = "ROOMS", durableObjectNamespace = "Room") ]
);
