import { expect, it } from 'vitest';
import { listModels, recordModel } from '../../src/hub/modelCache.ts';
import { memoryStore } from '../support/memoryStore.ts';

const model = {
  id: 'someone/model',
  revision: 'main',
  license: null,
  parameters: null,
  files: [{ path: 'config.json', size: 2 }],
};

it.each([
  '{',
  'null',
  '{}',
  '{"id":"a/b"}',
  '{"files":7,"revisions":[],"commit":"c","id":"a/b","storedAt":1}',
])('a damaged note (%s) hides no other model', async (note) => {
  const store = memoryStore();
  await recordModel(store, { ...model, commit: 'abc' }, 5);
  await store.write('models/a/b/c/whittle.json', new TextEncoder().encode(note));
  expect((await listModels(store)).map(({ commit }) => commit)).toEqual(['abc']);
});

it('a note that came to be damaged is written anew', async () => {
  const store = memoryStore();
  await store.write('models/someone/model/abc/whittle.json', new TextEncoder().encode('{"revisions":7}'));
  await recordModel(store, { ...model, commit: 'abc' }, 5);
  expect(await listModels(store)).toMatchObject([{ commit: 'abc', revisions: ['main'] }]);
});
