import { isDeepStrictEqual } from 'node:util';
import type { Random } from '../../src/random.ts';
import { DomainFormatError, parseDomain } from '../../src/specialize/domain.ts';
import { draftOf, fileOf } from '../../src/ui/domain/draft.ts';
import { reportFile, taskLines } from '../../src/ui/adapter/exportRun.ts';
import { orderRows, pairAnswers, toneOf } from '../../src/ui/compare/rowVerdict.ts';
import { describeControl, describeLoss, describeVerdict, scoreNote } from '../../src/ui/compare/verdict.ts';
import { dateAndTime } from '../../src/ui/format.ts';
import { AdapterLibrary } from '../../src/ui/store/adapterLibrary.ts';
import { AdapterShelf } from '../../src/ui/store/adapterShelf.ts';
import { createAppStore, type AppStore } from '../../src/ui/store/appState.ts';
import { checkedRuns } from '../../src/ui/store/checkedRuns.ts';
import { deviceToRunOn } from '../../src/ui/store/choices.ts';
import { StoredChoice } from '../../src/ui/store/storedChoice.ts';
import { DomainLibrary } from '../../src/ui/store/domainLibrary.ts';
import { ModelLibrary } from '../../src/ui/store/modelLibrary.ts';
import { describeProgress } from '../../src/ui/store/runProgress.ts';
import { countRules } from '../../src/ui/store/rejectReasons.ts';
import { replayRun } from '../../src/ui/store/runState.ts';
import { chartLines } from '../../src/ui/train/chartLines.ts';
import { serveChat } from '../../workers/serveChat.ts';
import { serveSpecializer } from '../../workers/serveSpecializer.ts';
import { directConnection, inMemoryServices, memoryByteStore, memoryRuns } from '../ui/support/inMemory.ts';
import { exampleParameters, recordedEngine } from '../ui/support/recordedEngine.ts';
import { exampleDomain, recordedRun } from '../ui/support/recordedRun.ts';
import { mutateBytes } from './fuzzBytes.ts';
import { mutateJson } from './fuzzJson.ts';
import { damagedJson, type FuzzedReader } from './fuzzRun.ts';

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const sizeOf = (input: Uint8Array) => input.length;
const ready = () => Promise.resolve();

const engine = { ...recordedEngine(0), readDomain: async (json: string) => parseDomain(json) };
const bundled = JSON.stringify({ name: 'x', seeds: [{ instruction: 'a', output: 'b' }] });

/** A page's storage with one file in it. */
async function over(name: string, bytes: Uint8Array) {
  const files = memoryByteStore();
  await files.write(name, bytes);
  const services = inMemoryServices(serveSpecializer(engine, ready), serveChat(engine, ready), {
    bytes: files,
    fetchText: async () => bundled,
  });
  const connection = directConnection(serveChat(engine, ready));
  return { store: createAppStore(), services, chat: () => connection };
}

/** What was told stands for a refusal: nothing may be thrown. */
function refuseDamage(store: AppStore): void {
  const [damage] = store.getState().damages;
  if (damage) throw new Error(damage.text);
}

const domain = exampleDomain('biomedicine');
const documents = [{ id: 'notes.txt', text: 'Aspirin is used for pain.' }];

/** What is accepted can be edited and saved again, and says the same then. */
const ownField: FuzzedReader = {
  name: 'stored field',
  errors: [Error],
  input: damagedJson([JSON.stringify({ file: fileOf(draftOf(domain, documents)), documents })]),
  sizeOf,
  read: async (bytes) => {
    const { store, services, chat } = await over('domains/own.json', bytes);
    await new DomainLibrary(store, services, chat).load();
    refuseDamage(store);
    const own = store.getState().domains.find(({ isBundled }) => !isBundled);
    if (!own) throw new TypeError('A whole field was lost.');
    const again = parseDomain(JSON.stringify(fileOf(draftOf(own.domain, own.documents))));
    const [before, after] = [own.domain, again].map(({ seeds, heldOut }) => [seeds, heldOut]);
    if (!isDeepStrictEqual(before, after))
      throw new TypeError('A field was changed by being opened and saved.');
  },
};

/** The form over a domain: whatever is typed into it is a domain or refused row by row. */
const draft: FuzzedReader = {
  name: 'domain draft',
  errors: [DomainFormatError],
  input: (random) => {
    const file = fileOf(draftOf(domain, documents));
    return new TextEncoder().encode(mutateJson(random, { seeds: file.seeds, heldOut: file.heldOut }));
  },
  sizeOf,
  read: (bytes) => {
    const typed = (JSON.parse(decode(bytes)) ?? {}) as Record<string, unknown>;
    const start = draftOf(domain, documents);
    const rows = (list: unknown) =>
      Array.isArray(list) ? list.map((row: unknown, i) => ({ key: String(i), rest: {}, ...texts(row) })) : [];
    parseDomain(JSON.stringify(fileOf({ ...start, seeds: rows(typed.seeds), heldOut: rows(typed.heldOut) })));
  },
};

/** A form's fields hold texts, whatever else was meant. */
function texts(row: unknown) {
  const { instruction, input, output } = (row ?? {}) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return { instruction: text(instruction), input: text(input), output: text(output) };
}

const modelChoice: FuzzedReader = {
  name: 'stored model choice',
  errors: [Error],
  input: damagedJson([JSON.stringify({ id: 'someone/model', revision: 'abc123', dtype: 'q4f16' })]),
  sizeOf,
  read: async (bytes) => {
    const { store, services, chat } = await over('choices/model.json', bytes);
    await new ModelLibrary(store, services, chat).begin();
    if (store.getState().engine.kind !== 'ready') throw new TypeError('No model was made ready.');
    refuseDamage(store);
  },
};

const deviceSetting: FuzzedReader = {
  name: 'stored device',
  errors: [Error],
  input: (random) => {
    const bytes = new TextEncoder().encode('"webgpu"');
    return random.next() < 0.1 ? bytes : mutateBytes(random, bytes);
  },
  sizeOf,
  read: async (bytes) => {
    const { store, services } = await over('choices/device.json', bytes);
    await new StoredChoice(store, services.bytes, deviceToRunOn).begin();
    refuseDamage(store);
  },
};

const description = {
  ...{
    hash: '9f3ac1d2'.repeat(8),
    rank: 8,
    alpha: 16,
    targetModules: ['q_proj'],
    baseModel: 'whittle/pocket',
  },
  model: { id: 'pocket', revision: '', dtype: 'q4' },
};

const adapterDescription: FuzzedReader = {
  name: 'stored adapter',
  errors: [Error],
  input: damagedJson([JSON.stringify(description)]),
  sizeOf,
  read: async (bytes) => {
    const { store, services, chat } = await over('adapters/0123abcd/whittle.json', bytes);
    await new AdapterLibrary(store, new AdapterShelf(services.bytes), chat).rehydrate();
    refuseDamage(store);
  },
};

const record = {
  ...{ id: 'r1', createdAt: 1.8e12, title: 'biomedicine', status: 'finished' },
  snapshot: { domain, documents, parameters: exampleParameters },
};
const events = [...recordedRun(domain, { tasks: 6, steps: 4 })].map((event) =>
  event.type === 'adapterTrained' ? { ...event, adapter: { ...event.adapter, files: {} } } : event,
);
const planned = {
  ...{ type: 'planned', batchSize: 2, sequenceLength: 64, recompute: 'none', fit: 'tight', budgetBytes: 1e9 },
  memory: { weights: 1e6, activations: 2e6, state: 3e6 },
};
const told = [...events, { type: 'note', text: 'Slow.' }, { type: 'training', model: 'specialized', round: 1, event: planned }]; // prettier-ignore

/** A run's record and its events: what is accepted is replayed and put into words. */
const run: FuzzedReader = {
  name: 'stored run',
  errors: [Error],
  input: (random: Random) => {
    // Of the many events of a kind one is enough, or damage would hardly ever meet the others.
    const kinds = new Map(told.map((event) => [event.type, event]));
    const value = random.next() < 0.3 ? { record, events: told } : { record, events: [...kinds.values()] };
    return new TextEncoder().encode(mutateJson(random, value));
  },
  sizeOf,
  read: async (bytes) => {
    const stored = JSON.parse(decode(bytes)) as { record?: unknown; events?: unknown } | null;
    const store = createAppStore();
    const raw = {
      ...memoryRuns(),
      list: async () => [stored?.record ?? {}] as never[],
      eventsOf: async () => (Array.isArray(stored?.events) ? stored.events : []) as never[],
    };
    const runs = checkedRuns(raw, store);
    const [found] = await runs.list();
    refuseDamage(store);
    dateAndTime(found!.createdAt);
    const state = replayRun(await runs.eventsOf(found!.id));
    const { trainings, evaluations, report, tasks } = state;
    for (const step of [1, null]) describeProgress(state, step);
    chartLines('loss', trainings.specialized, trainings.seedsOnly);
    pairAnswers(evaluations);
    countRules(tasks);
    taskLines(tasks);
    if (!report) return;
    describeVerdict(report);
    describeControl(report);
    describeLoss(report);
    scoreNote(report);
    orderRows(report.heldOut.tasks, 'worstFirst').map(toneOf);
    reportFile({ ...found!, setup: found!.snapshot, state, owner: null, secondsLeft: null });
  },
};

/** What the page keeps in the browser and reads back. */
export const storedReaders = [ownField, draft, modelChoice, deviceSetting, adapterDescription, run];
