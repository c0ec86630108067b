import { describe, expect, it } from 'vitest';
import { emptyDraft, fileOf, withTasks } from '../../src/ui/domain/draft.ts';
import { SourceReader } from '../../src/ui/store/sourceReader.ts';
import type { SourcesApi } from '../../src/workerApi/sources.ts';
import { serveChat } from '../../workers/serveChat.ts';
import { serveSpecializer } from '../../workers/serveSpecializer.ts';
import { sourceFixture } from '../support/sourceFixture.ts';
import { directConnection, inMemoryServices } from './support/inMemory.ts';
import { recordedEngine } from './support/recordedEngine.ts';

const ready = () => Promise.resolve();
const engine = recordedEngine(0);
const services = inMemoryServices(serveSpecializer(engine, ready), serveChat(engine, ready));
const reader = new SourceReader(services);
const fileNamed = (name: string) => new File([sourceFixture(name).bytes], name);
const never = new AbortController().signal;

describe('the files that a person chooses', () => {
  it('become documents, and those that cannot say why', async () => {
    const told: string[] = [];
    const files = [fileNamed('heart.html'), new File([Uint8Array.of(0)], 'x.bin'), fileNamed('anatomy.md')];
    const { documents, refused } = await reader.readDocuments(
      files,
      (name, i, count) => told.push(`${name} ${i + 1}/${count}`),
      never,
    );
    expect(documents.map(({ id }) => id)).toEqual(['heart.html', 'anatomy.md']);
    expect(refused).toEqual([expect.stringMatching(/^x\.bin is no text in UTF-8/)]);
    expect(told).toEqual(['heart.html 1/3', 'x.bin 2/3', 'anatomy.md 3/3']);
  });

  it('become tasks in the form, which keep where they came from', async () => {
    const found = await reader.importTasks([fileNamed('alpaca.json')], { seeds: 2, heldOut: 1 }, never);
    expect([found.droppedCount, found.dropped[0]]).toEqual([
      3,
      'alpaca.json, row 3: asks nothing: the instruction is empty',
    ]);
    const draft = withTasks({ ...emptyDraft(), name: 'Mine' }, found.file);
    expect([draft.seeds.length, draft.heldOut.length]).toEqual([2, 1]);
    const { seeds } = fileOf(draft);
    expect(seeds.map(({ origin }) => origin?.file)).toEqual(['alpaca.json', 'alpaca.json']);
  });

  it('are let go of when it takes too long, but what was read stays', async () => {
    const abort = new AbortController();
    const slow: SourcesApi = {
      ready,
      readDocument: async (file) =>
        file.name === 'slow' ? new Promise(() => abort.abort()) : { id: file.name, text: 'x' },
      importTasks: () => new Promise(() => undefined),
    };
    const connection = directConnection(slow);
    const patient = new SourceReader({ ...services, connectSources: () => connection });
    const files = ['quick', 'slow', 'later'].map((name) => new File(['x'], name));
    const { documents, refused } = await patient.readDocuments(files, () => undefined, abort.signal);
    expect([documents.map(({ id }) => id), refused, connection.isClosed]).toEqual([['quick'], [], true]);
  });
});
