import { describe, expect, it } from 'vitest';
import { App } from '../../src/ui/store/app.ts';
import type { Services } from '../../src/ui/store/services.ts';
import { emptyDraft, emptyTask, fileOf } from '../../src/ui/domain/draft.ts';
import { serveChat } from '../../workers/serveChat.ts';
import { serveSpecializer } from '../../workers/serveSpecializer.ts';
import { inMemoryServices, memoryByteStore, memoryRuns } from './support/inMemory.ts';
import { exampleParameters, recordedEngine } from './support/recordedEngine.ts';
import { exampleDomain } from './support/recordedRun.ts';

const ready = () => Promise.resolve();
const encode = (text: string) => new TextEncoder().encode(text);

/** A page over what is stored, and the sentences with which it begins. */
async function openPage(shared: Partial<Services>, place = '') {
  const engine = recordedEngine(0, { tasks: 12, steps: 10 });
  const services = inMemoryServices(serveSpecializer(engine, ready), serveChat(engine, ready), shared);
  const app = new App(services);
  await app.begin(place);
  const state = () => app.store.getState();
  return { app, services, state, told: () => state().damages.map(({ text }) => text) };
}

async function openOver(files: Readonly<Record<string, string>>) {
  const bytes = memoryByteStore();
  for (const [name, text] of Object.entries(files)) await bytes.write(name, encode(text));
  return { bytes, ...(await openPage({ bytes })) };
}

const ownField =
  (fault: string) => `Your own field cannot be opened: what this browser stored of it is damaged (${fault}). Delete it and write it again, or open it from a file; the other fields are not affected.`; // prettier-ignore
const choice =
  (fault: string) => `Which model you chose last cannot be read: what this browser stored of it is damaged (${fault}). The one that comes with this page is used; choose yours again on the Start page.`; // prettier-ignore
const adapter =
  (fault: string) => `The adapter 0123abcd cannot be used: what this browser stored of it is damaged (${fault}). Delete it, and load its zip file again.`; // prettier-ignore

const device =
  (fault: string) => `What models run on cannot be read: what this browser stored of it is damaged (${fault}). It is decided automatically; choose anew on the Start page.`; // prettier-ignore

describe('a page over something damaged', () => {
  it.each([
    ['domains/own.json', '{"file": {"na', ownField('it is no JSON')],
    ['domains/own.json', '[]', ownField('it is a list')],
    ['domains/own.json', '{"file": {}}', ownField('"documents" is missing')],
    [
      'domains/own.json',
      '{"file": {}, "documents": [{"id": 7, "text": ""}]}',
      ownField('"documents.0.id" is 7'),
    ],
    [
      'domains/own.json',
      `{"file": {"a": ${'['.repeat(9999)}${']'.repeat(9999)}}, "documents": []}`,
      ownField('it is nested too deeply'),
    ],
    ['choices/model.json', '', choice('it is no JSON')],
    ['choices/model.json', '{"id": "pocket", "revision": null, "dtype": "q4"}', choice('"revision" is null')],
    ['choices/device.json', '{', device('it is no JSON')],
    ['choices/device.json', '"gpu"', device('it is "gpu"')],
    ['adapters/0123abcd4567/whittle.json', '\u0000\u0000', adapter('it is no JSON')],
    ['adapters/0123abcd4567/whittle.json', '{"hash": "9f3ac1d2"}', adapter('"hash" is "9f3ac1d2"')],
  ])('(%s: %.60s) says so, goes on, and can delete it', async (name, text, sentence) => {
    const { app, bytes, state, told } = await openOver({ [name]: text });
    expect(told()).toEqual([sentence]);
    expect(state()).toMatchObject({ engine: { kind: 'ready' }, notice: null, adapters: [] });
    expect(state().domains.map(({ id }) => id)).toEqual(['biomedicine', 'finance']);
    await app.deleteDamaged(state().damages[0]!);
    expect([told(), [...bytes.files.keys()]]).toEqual([[], []]);
  });

  it('names the row that the engine refuses', async () => {
    const bytes = memoryByteStore();
    await bytes.write('domains/own.json', encode('{"file": {"name": "x"}, "documents": []}'));
    const engine = recordedEngine(0);
    const fault = Object.assign(new Error('The domain\'s "seeds" is missing.\nMore.'), {
      name: 'DomainFormatError',
    });
    const chat = serveChat({ ...engine, readDomain: (json) => (json.startsWith('{') ? Promise.reject(fault) : engine.readDomain(json)) }, ready); // prettier-ignore
    const services = inMemoryServices(serveSpecializer(engine, ready), chat, { bytes });
    const app = new App(services);
    await app.begin('');
    expect(app.store.getState().damages[0]?.text).toBe(ownField('The domain\'s "seeds" is missing'));
  });

  it('does not take a lost worker for damage', async () => {
    const engine = recordedEngine(0);
    const lost = () => Promise.reject(new Error('The engine stopped unexpectedly.'));
    const chat = serveChat({ ...engine, readDomain: (json) => (json.startsWith('{') ? lost() : engine.readDomain(json)) }, ready); // prettier-ignore
    const bytes = memoryByteStore();
    await bytes.write('domains/own.json', encode('{"file": {}, "documents": []}'));
    const app = new App(inMemoryServices(serveSpecializer(engine, ready), chat, { bytes }));
    await app.begin('');
    expect(app.store.getState()).toMatchObject({ damages: [], notice: { tone: 'error' } });
    expect(app.store.getState().domains).toHaveLength(2);
  });

  it('forgets the damage once it is written anew', async () => {
    const { app, told } = await openOver({
      'domains/own.json': '{',
      'choices/model.json': '{',
      'choices/device.json': '7',
    });
    expect(told()).toHaveLength(3);
    const seeds = [{ ...emptyTask(), instruction: 'Ask', output: 'answer' }];
    await app.domains.saveOwn(fileOf({ ...emptyDraft(), name: 'mine', seeds }), []);
    await app.models.choose({ id: 'pocket', revision: '', dtype: 'q4' });
    await app.setDevice('auto');
    expect(told()).toEqual([]);
  });
});

const setup = { domain: exampleDomain('biomedicine'), documents: [], parameters: exampleParameters };
const record = { id: 'r1', createdAt: 5, title: 'biomedicine', status: 'finished', snapshot: setup } as const;

describe('a damaged run', () => {
  it('is told of instead of listed, and can be deleted; the others are listed', async () => {
    const runs = memoryRuns();
    await runs.add(record);
    await runs.add({ ...record, id: 'r2', createdAt: NaN });
    const { app, state, told } = await openPage({ runs });
    expect(state().runs.map(({ id }) => id)).toEqual(['r1']);
    expect(told()).toEqual([
      'A run cannot be listed: what this browser stored of it is damaged ("createdAt" is null). Delete it; the other runs are not affected.',
    ]);
    await app.deleteDamaged(state().damages[0]!);
    expect([told(), (await runs.list()).map(({ id }) => id)]).toEqual([[], ['r1']]);
  });

  it('is told of once, however often runs are listed', async () => {
    const runs = memoryRuns();
    await runs.add({ ...record, createdAt: NaN });
    const { app, state, told } = await openPage({ runs });
    app.dismissDamage(state().damages[0]!.name);
    await app.runs.refresh();
    expect(told()).toEqual([]);
  });

  it('says which of its events cannot be replayed, and leaves the page as it was', async () => {
    const runs = memoryRuns();
    await runs.add(record);
    await runs.append('r1', [{ type: 'roundStarted', round: 1 }, { type: 'taskKept' } as never]);
    const { app, state } = await openPage({ runs }, '#/compare/r1');
    const sentence =
      'This run cannot be opened: what this browser stored of it is damaged (event 2: "id" is missing). Delete it in the list of runs; the others are not affected.';
    expect(state()).toMatchObject({ run: null, step: 'start', notice: { tone: 'error', text: sentence } });
    await app.attempt(() => app.openRun('r1'));
    expect(state()).toMatchObject({ run: null, notice: { text: sentence } });
    await app.runs.remove('r1');
    expect(state().runs).toEqual([]);
  });
});
