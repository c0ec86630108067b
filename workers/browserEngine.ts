import { loadModel, type LoadedModel } from '../src/engine/loadModel.ts';
import { parseDtype, type Dtype } from '../src/engine/dtype.ts';
import { defaultMemoryBudget } from '../src/engine/memoryFit.ts';
import { planMemory, type MemoryPlan, type StreamingPlan } from '../src/engine/memoryPlan.ts';
import { ModelSession } from '../src/engine/modelSession.ts';
import { promptsFor, specializeModel } from '../src/engine/specializeModel.ts';
import { totalBytesOf } from '../src/graph/memoryEstimate.ts';
import { findLoraTargets } from '../src/lora/targets.ts';
import { createBrowserDevice } from '../src/runtime/browser.ts';
import type { Device } from '../src/runtime/device.ts';
import { gpuKind, type GpuKind } from '../src/runtime/gpuDevice.ts';
import { RuntimeFailure } from '../src/runtime/failure.ts';
import { readDomain } from '../src/specialize/readDomain.ts';
import { WritingTotals } from '../src/specialize/writingTotals.ts';
import type { ByteStore } from '../src/storage/byteStore.ts';
import type { TrainingName } from '../src/storage/runFiles.ts';
import type { TaskWording } from '../src/taskChanges.ts';
import type { AdapterFiles } from '../src/workerApi/adapter.ts';
import type { CuratedRun, NamedTask, TaskTokens } from '../src/workerApi/curation.ts';
import type { Engine } from '../src/workerApi/engine.ts';
import {
  isSameModel,
  modelTitle,
  pocketModel,
  type ModelReference,
  type StreamingCosts,
  type TrainingFit,
} from '../src/workerApi/model.ts';
import type { RunEvent } from '../src/workerApi/runEvent.ts';
import type { RunParameters } from '../src/workerApi/runParameters.ts';
import type {
  ChatReply,
  ChatRequest,
  DeviceChoice,
  DeviceDescription,
  ModelDescription,
  RunSetup,
  SpecializeRequest,
  TrainingShape,
} from '../src/workerApi/whittleWorkerApi.ts';
import { findAlike, isHeldOut, viewTask } from './curateTasks.ts';
import { openModelFolder } from './modelFolders.ts';
import { RunCheckpoints } from './runCheckpoints.ts';
import { runFiles } from './runFiles.ts';
import { stateAfter, toRunEvent, withSpeed } from './runEvents.ts';
import { defaultParameters, describeSettings, methodsFor, presetWith } from './runSettings.ts';
import { describeFiles, restoreAdapter } from './storedAdapter.ts';

/** What is said where `auto` does not take a GPU. */
const withoutGpu: Partial<Record<GpuKind, string>> = {
  none: 'This browser offers no WebGPU here. Recent versions of Chrome, Edge and Safari do on most computers.',
  software: 'The graphics card is only imitated in software here, which would be several times slower.',
};

const imitated =
  'It is only imitated in software here: the processor does the same work several times faster.';

/** Prompts answered at once. */
const batchSize = 16;

/** A model in memory. */
interface Loaded {
  readonly reference: ModelReference;
  readonly model: Promise<LoadedModel>;
  session?: Promise<ModelSession>;
}

/**
 * The engine on onnxruntime-web: the model below `modelsUrl` (which ends in "/"), and those that are stored here. Runs
 * leave their checkpoints in `bytes`.
 */
export class BrowserEngine implements Engine {
  readonly #modelsUrl: string;
  readonly #bytes: ByteStore;
  #choice: DeviceChoice = 'auto';
  /** One at a time: a second would take the memory that the first needs. */
  #loaded: Loaded | undefined;
  #device: Promise<Device> | undefined;

  constructor(modelsUrl: string, bytes: ByteStore) {
    this.#modelsUrl = modelsUrl;
    this.#bytes = bytes;
  }

  chooseDevice(choice: DeviceChoice): void {
    this.#choice = choice;
  }

  async device(): Promise<DeviceDescription> {
    const { provider } = await this.#openDevice();
    const kind = await gpuKind();
    const unchosen = this.#choice === 'auto' ? withoutGpu[kind] : undefined;
    const note = provider !== 'webgpu' ? unchosen : kind === 'software' ? imitated : undefined;
    return { provider, ...(note && { note }) };
  }

  async describeModel(reference: ModelReference): Promise<ModelDescription> {
    const model = await this.#load(reference);
    const files = 'files' in model.weights ? model.weights.files : [];
    return {
      reference,
      name: modelTitle(reference),
      parameters: countParameters(model),
      bytes: files.reduce((sum, { data }) => sum + sizeOf(data), 0),
      quantization: precisionWords[parseDtype(reference.dtype)],
      defaults: defaultParameters(model),
      methods: methodsFor(model).map((name) => ({
        name,
        parameters: defaultParameters(model, name),
        settings: describeSettings(name),
      })),
    };
  }

  async planTraining(
    reference: ModelReference,
    { batchSize, maxLength, rank, alpha }: TrainingShape,
  ): Promise<TrainingFit> {
    const { decoder } = await this.#load(reference);
    const trainable = { kind: 'lora', targetModules: 'all-linear', rank, alpha } as const;
    const batch = { batchSize, sequenceLength: maxLength };
    const { weightStorage: weights } = await this.#openDevice();
    const plan = planMemory(decoder, trainable, batch, defaultMemoryBudget, { weights });
    return toTrainingFit(plan, defaultMemoryBudget);
  }

  async checkParameters(reference: ModelReference, parameters: RunParameters): Promise<void> {
    presetWith(await this.#load(reference), parameters);
  }

  readDomain = async (text: string) => readDomain(text);

  async describeAdapter(reference: ModelReference, files: AdapterFiles) {
    const description = await describeFiles(files);
    const { model: own } = description;
    if (own && own.id !== reference.id)
      throw new Error(
        `This adapter was trained on ${modelTitle(own)}, not on ${modelTitle(reference)}; choose its model on the Start page first.`,
      );
    restoreAdapter(files, await this.#load(reference));
    return description;
  }

  async runFiles(setup: RunSetup, events: readonly RunEvent[]): Promise<Record<string, string>> {
    return runFiles(await this.#modelOf(setup), setup, events);
  }

  async viewTask(run: CuratedRun, task: TaskWording): Promise<TaskTokens> {
    return viewTask(await this.#modelOf(run), run, task);
  }

  async findAlike(run: CuratedRun, tasks: readonly NamedTask[], limit: number): Promise<string[][]> {
    return findAlike(await this.#modelOf(run), run, tasks, limit);
  }

  async isHeldOut(run: CuratedRun, task: TaskWording): Promise<boolean> {
    return isHeldOut(await this.#modelOf(run), run, task);
  }

  async *specialize(
    { runId, setup, earlier }: SpecializeRequest,
    signal: AbortSignal,
  ): AsyncGenerator<RunEvent, void> {
    const { domain, documents, model: reference = pocketModel, parameters } = setup;
    const model = await this.#load(reference);
    const device = await this.#openDevice();
    yield { type: 'device', ...(await this.device()) };
    const state = stateAfter(earlier, model);
    const preset = presetWith(model, parameters);
    const session = new ModelSession(model, device, { batchSize });
    const kept = new RunCheckpoints(this.#bytes, runId);
    const checkpoints = (training: TrainingName) => kept.placeOf(training);
    const totals = new WritingTotals();
    const onWriting = totals.note.bind(totals);
    const run = { domain, documents, ...preset, signal, state, checkpoints, onWriting };
    for await (const event of specializeModel(session, run)) {
      const told = await toRunEvent(withSpeed(event, totals), model);
      if (told) yield told;
      const note = kept.takeNote();
      if (note !== null) yield { type: 'note', text: note };
    }
  }

  async chat(request: ChatRequest, onText: (text: string) => void, signal: AbortSignal): Promise<ChatReply> {
    try {
      return await this.#answer(request, onText, signal);
    } catch (error) {
      if (error instanceof RuntimeFailure && error.kind === 'device-lost') this.#leaveDevice();
      throw error;
    }
  }

  async #answer(
    { model, prompt, adapter: files, maxNewTokens, seed }: ChatRequest,
    onText: (text: string) => void,
    signal: AbortSignal,
  ): Promise<ChatReply> {
    const session = await this.#session(model);
    const adapter = files && restoreAdapter(files, session.model);
    const prompts = promptsFor(session.model);
    const began = performance.now();
    const [completion] = await session
      .languageModel(adapter)
      .complete([prompts.answer({ instruction: prompt, input: '' })], {
        ...{ maxNewTokens, seed, signal, stop: prompts.answerStop, temperature: 0, topP: 1 },
        onText: (_, text) => onText(text),
      });
    const { text, tokens } = completion!;
    const adapterHash = files && (await describeFiles(files)).hash;
    return { text, tokens, adapterHash, seconds: (performance.now() - began) / 1000 };
  }

  #openDevice(): Promise<Device> {
    this.#device ??= createBrowserDevice({ provider: this.#choice });
    return this.#device;
  }

  /** The next question opens another device, and sessions on it. */
  #leaveDevice(): void {
    void this.#device?.then((device) => device.dispose()).catch(() => undefined);
    this.#device = undefined;
    this.#loaded = undefined;
  }

  #modelOf({ model = pocketModel }: Pick<RunSetup, 'model'>): Promise<LoadedModel> {
    return this.#load(model);
  }

  async #load(reference: ModelReference): Promise<LoadedModel> {
    return (await this.#slot(reference)).model;
  }

  /** The slot with the model in it; another model leaves it, and its sessions with it. */
  async #slot(reference: ModelReference): Promise<Loaded> {
    const held = this.#loaded;
    if (held && isSameModel(held.reference, reference)) return held;
    const dtype = parseDtype(reference.dtype);
    const model = openModelFolder(this.#modelsUrl, reference)
      .then((folder) => loadModel(folder, dtype))
      .then((read) => ({ ...read, origin: { ...reference, dtype } }));
    const loaded: Loaded = { reference, model };
    this.#loaded = loaded;
    // The next attempt tries again.
    model.catch(() => this.#forget(loaded));
    const session = await held?.session?.catch(() => null);
    await session?.releaseGeneration();
    return loaded;
  }

  async #session(reference: ModelReference): Promise<ModelSession> {
    const loaded = await this.#slot(reference);
    loaded.session ??= Promise.all([loaded.model, this.#openDevice()]).then(
      ([model, device]) => new ModelSession(model, device, { batchSize: 1 }),
    );
    loaded.session.catch(() => this.#forget(loaded));
    return loaded.session;
  }

  #forget(loaded: Loaded): void {
    if (this.#loaded === loaded) this.#loaded = undefined;
  }
}

function toTrainingFit({ fit, totalBytes, advice, streaming }: MemoryPlan, budgetBytes: number): TrainingFit {
  return { fit, totalBytes, budgetBytes, advice, ...(streaming && { streaming: toCosts(streaming) }) };
}

const toCosts = ({ memory, cost }: StreamingPlan): StreamingCosts => ({
  totalBytes: totalBytesOf(memory),
  bytesReadPerStep: cost.bytesRead,
});

const precisionWords: Record<Dtype, string> = {
  fp32: '32-bit',
  fp16: '16-bit',
  q8: '8-bit',
  int8: '8-bit',
  uint8: '8-bit',
  q4: '4-bit',
  q4f16: '4-bit',
  bnb4: '4-bit',
};

/** Bytes of a weight file; those behind an address are not known. */
function sizeOf(data: Uint8Array | Blob | URL): number {
  if (data instanceof Blob) return data.size;
  return data instanceof URL ? 0 : data.byteLength;
}

/** All matrices that LoRA could adapt, and the embeddings; norms are too few to count. */
function countParameters({ decoder, config }: LoadedModel): number {
  const linear = findLoraTargets(decoder.decoder, 'all-linear').reduce(
    (sum, { inFeatures, outFeatures }) => sum + inFeatures * outFeatures,
    0,
  );
  const { vocab_size: words = 0, hidden_size: width = 0 } = config as Record<string, number | undefined>;
  return linear + words * width;
}
