// SPDX-License-Identifier: MIT
//
// Packages from npm (versions: package.json), imported by a room's script and used. The app's folder
// is this repository, because that is where they are installed.

#include "room_bench.hpp"

#include <entmoot/js/module_loader.hpp>
#include <entmoot/js/template_heap.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

using namespace entmoot;

namespace {

// An app's folder whose packages are the repository's: the room's file lies in it for as long as the test runs.
std::string in_room(const std::string& source) {
  const std::filesystem::path root = ENTMOOT_REPOSITORY;
  REQUIRE_MESSAGE(std::filesystem::exists(root / "node_modules/zod"), "scripts/bundle-page installs the packages");
  static int count = 0;
  const auto file = root / "build" / ("room-" + std::to_string(::getpid()) + "-" + std::to_string(count++) + ".ts");
  std::ofstream(file) << source;
  js::ModuleLoader loader(root);
  const auto graph = loader.load(file);
  std::filesystem::remove(file);
  if (!graph) return graph.error().reason;
  const auto program = Program::load(*graph);
  if (!program) return program.error().reason;
  MESSAGE((*graph)->modules().size() << " modules, a room begins with " << program->heap().bytes() / 1024 << " KB");
  RoomBench bench;
  TestRoom& room = bench.open(*program);
  auto answer = bench.call(room, "test");
  return room.exit ? room.exit->why.reason : answer;
}

}  // namespace

TEST_CASE("zod") {
  CHECK(in_room(R"(
    import { z } from 'zod';
    const Message = z.object({ text: z.string().min(1).max(10), at: z.number().int().optional() });
    type Message = z.infer<typeof Message>;
    export const test = () => {
      const good: Message = Message.parse({ text: 'hello', more: true });
      const bad = Message.safeParse({ text: '' });
      return [good, bad.success, bad.error?.issues[0].path, z.email().safeParse('a@b.org').success];
    };
  )") == R"([{"text":"hello"},false,["text"],true])");
}

TEST_CASE("nanoid") {
  CHECK(in_room(R"(
    import { nanoid, customAlphabet } from 'nanoid';
    export const test = () => [nanoid().length, nanoid() !== nanoid(), /^[ab]{5}$/.test(customAlphabet('ab', 5)())];
  )") == "[21,true,true]");
}

TEST_CASE("date-fns") {
  CHECK(in_room(R"(
    import { format, addDays, differenceInMinutes, formatDistance } from 'date-fns';
    import { de } from 'date-fns/locale/de';
    export const test = () => {
      const day = new Date(2024, 1, 28, 12, 30);
      return [format(addDays(day, 2), 'yyyy-MM-dd HH:mm'), differenceInMinutes(addDays(day, 1), day),
        formatDistance(day, addDays(day, 3), { locale: de })];
    };
  )") == R"(["2024-03-01 12:30",1440,"3 Tage"])");
}

TEST_CASE("marked") {
  CHECK(in_room(R"(
    import { marked } from 'marked';
    export const test = () => marked.parse('# Hi\n\n*there* [you](https://a.org)');
  )") == R"("<h1>Hi</h1>\n<p><em>there</em> <a href=\"https://a.org\">you</a></p>\n")");
}

TEST_CASE("lodash, which is CommonJS, whole and one function at a time") {
  CHECK(in_room(R"(
    import _ from 'lodash';
    import { chunk } from 'lodash';
    import debounce from 'lodash/debounce.js';
    import groupBy from 'lodash/groupBy';
    export const test = () => [_.VERSION, chunk([1, 2, 3], 2), typeof debounce(() => 1, 5), groupBy(['a', 'bb', 'c'], 'length'),
      _.template('hello <%= name %>')({ name: 'ann' }), _.cloneDeep({ a: [1] })];
  )") == R"(["4.18.1",[[1,2],[3]],"function",{"1":["a","c"],"2":["bb"]},"hello ann",{"a":[1]}])");
}

TEST_CASE("immer") {
  CHECK(in_room(R"(
    import { produce, enableMapSet } from 'immer';
    enableMapSet();
    export const test = () => {
      const before = { list: [1], map: new Map([['a', 1]]) };
      const after = produce(before, (draft) => { draft.list.push(2); draft.map.set('b', 2); });
      return [before.list, after.list, after.map.size, Object.isFrozen(after)];
    };
  )") == "[[1],[1,2],2,true]");
}

TEST_CASE("yjs") {
  CHECK(in_room(R"(
    import * as Y from 'yjs';
    export const test = () => {
      const a = new Y.Doc(); const b = new Y.Doc();
      a.getText('t').insert(0, 'hello'); b.getText('t').insert(0, 'you ');
      Y.applyUpdate(b, Y.encodeStateAsUpdate(a)); Y.applyUpdate(a, Y.encodeStateAsUpdate(b));
      a.getMap('m').set('k', { deep: true });
      return [a.getText('t').toString() === b.getText('t').toString(), a.getText('t').length, a.getMap('m').toJSON()];
    };
  )") == R"([true,9,{"k":{"deep":true}}])");
}

TEST_CASE("a package by its CommonJS side, required by a CommonJS module") {
  CHECK(in_room(R"(
    import { isDraft } from '../node_modules/immer/dist/cjs/index.js';
    import * as Y from '../node_modules/yjs/dist/yjs.cjs';
    export const test = () => [isDraft({}), new Y.Doc().getArray('x').length];
  )") == "[false,0]");
}
