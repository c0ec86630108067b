import type { CurationApi } from './curation.ts';
import type { AdapterDescription, AdapterFiles } from './adapter.ts';
import type { Domain, DomainDocument } from './domain.ts';
import type {
  ChosenFile,
  DownloadProgress,
  ModelOffer,
  ModelReference,
  StoredModel,
  SuggestedModel,
  TrainingFit,
} from './model.ts';
import type { ExecutionProvider, RunEvent } from './runEvent.ts';
import type { MethodName, RunParameters } from './runParameters.ts';

/** A model that the page can work with. */
export interface ModelDescription {
  readonly reference: ModelReference;
  readonly name: string;
  readonly parameters: number;
  readonly bytes: number;
  /** As people say it: "4-bit". */
  readonly quantization: string;
  /** What suits this model; the presets derive from it. */
  readonly defaults: RunParameters;
  /** The methods that it can be specialised by, what suits it first. */
  readonly methods: readonly MethodDescription[];
}

export interface MethodDescription {
  readonly name: MethodName;
  readonly parameters: RunParameters;
  readonly settings: readonly SettingDescription[];
}

/** A setting as the method has it. */
export interface SettingDescription {
  readonly name: string;
  readonly help: string;
  /** As JSON. */
  readonly value: string;
}

/** What decides how much memory training takes. */
export type TrainingShape = Pick<RunParameters, 'batchSize' | 'maxLength' | 'rank' | 'alpha'>;

/** What a run is started with; it is stored with the run and never changes. */
export interface RunSetup {
  /** Absent in runs from before there were other models than the one that comes with the page. */
  readonly model?: ModelReference;
  readonly domain: Domain;
  readonly documents: readonly DomainDocument[];
  readonly parameters: RunParameters;
  /** Id of the run that this one is a point of a sweep of: the same with fewer seeds. */
  readonly sweepOf?: string;
}

export interface SpecializeRequest {
  /** Names the folder in which the run's checkpoints are kept. */
  readonly runId: string;
  readonly setup: RunSetup;
  /** Events of an earlier, interrupted attempt, with the adapters' files: finished phases are not done again. */
  readonly earlier: readonly RunEvent[];
}

export interface ChatRequest {
  readonly model: ModelReference;
  readonly prompt: string;
  /** The adapter's files, or null for the model as it came. */
  readonly adapter: AdapterFiles | null;
  readonly maxNewTokens: number;
  readonly seed: number;
}

export interface ChatReply {
  readonly text: string;
  /** Hash of the adapter that was bound while this was written, or null for the base model. */
  readonly adapterHash: string | null;
  readonly tokens: number;
  readonly seconds: number;
}

/** What a person wants models to run on; `auto` takes the graphics card where that is faster. */
export type DeviceChoice = 'auto' | 'webgpu' | 'wasm';

export interface DeviceDescription {
  readonly provider: ExecutionProvider;
  /** In a sentence, why `auto` is not WebGPU, or what speaks against the choice that was made. */
  readonly note?: string;
}

/** A worker holds the web lock that bears its name for as long as it lives, so that its death can be noticed. */
export interface LivingWorker {
  /** Resolves once the lock is held. */
  ready(): Promise<void>;
}

/** workers/download.worker.ts: models from the Hub, or from the person's disk, into this browser's storage. */
export interface DownloadApi extends LivingWorker {
  /** `endpoint` is where the Hub is, if not at its usual place. */
  ready(endpoint?: string): Promise<void>;
  suggestions(): Promise<readonly SuggestedModel[]>;
  /** Asks the Hub about a model by id, `id@revision` or address; rejects with a sentence that says what is wrong. */
  examine(text: string): Promise<ModelOffer>;
  /** Resolves once all files are there and verified; rejects with one sentence, when stopped with name "AbortError". */
  download(model: ModelReference, onProgress: (progress: DownloadProgress) => void): Promise<void>;
  /** Copies a model's folder from disk; rejects with a sentence that says what it lacks. */
  importFiles(
    files: readonly ChosenFile[],
    onProgress: (progress: DownloadProgress) => void,
  ): Promise<StoredModel>;
  /** Ends the download or import that is going; what a download got is kept, and the next goes on from there. */
  stop(): void;
  stored(): Promise<readonly StoredModel[]>;
  remove(model: StoredModel): Promise<void>;
}

/** How a run ended that neither failed nor was cancelled. */
export type RunOutcome = 'done' | 'stopped before training';

/** workers/specializer.worker.ts: one run at a time, from seeds to adapter. */
export interface SpecializerApi extends LivingWorker {
  ready(device?: DeviceChoice): Promise<void>;
  /**
   * Resolves after the event `done`, or where it stopped before training; rejects with one plain sentence, a cancelled run
   * with name "AbortError".
   */
  specialize(request: SpecializeRequest, onEvent: (event: RunEvent) => void): Promise<RunOutcome>;
  /** Whether the run stops as soon as all tasks are answered, so that a person can look through them at leisure. */
  stopBeforeTraining(isWanted: boolean): void;
  /** Takes effect at the next event; the run then holds still until `resume` or `cancel`. */
  pause(): void;
  resume(): void;
  cancel(): void;
}

/** workers/chat.worker.ts: answers, and everything else that needs the engine but is not a run. */
export interface ChatApi extends LivingWorker, CurationApi {
  ready(device?: DeviceChoice): Promise<void>;
  device(): Promise<DeviceDescription>;
  describeModel(model: ModelReference): Promise<ModelDescription>;
  /** Whether training would fit into memory, worked out from the model's graph. */
  planTraining(model: ModelReference, shape: TrainingShape): Promise<TrainingFit>;
  /** Rejects with a sentence that names the setting which makes no sense. */
  checkParameters(model: ModelReference, parameters: RunParameters): Promise<void>;
  /** Reads a domain file; rejects with a sentence that names the row at fault. */
  readDomain(text: string): Promise<Domain>;
  /** Checks that an adapter fits the model; rejects with a sentence that says what does not. */
  describeAdapter(model: ModelReference, files: AdapterFiles): Promise<AdapterDescription>;
  /** What a run left, as files by name; without the adapters. */
  runFiles(setup: RunSetup, events: readonly RunEvent[]): Promise<Readonly<Record<string, string>>>;
  /** `onText` gets the whole text so far, each time it grows. */
  chat(request: ChatRequest, onText: (text: string) => void): Promise<ChatReply>;
  stop(): void;
}
