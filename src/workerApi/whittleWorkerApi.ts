import type { AdapterDescription, AdapterFiles } from './adapter.ts';
import type { Domain, DomainDocument } from './domain.ts';
import type { ExecutionProvider, RunEvent } from './runEvent.ts';
import type { RunParameters } from './runParameters.ts';

/** A model that the page can work with. */
export interface ModelDescription {
  readonly id: string;
  readonly name: string;
  readonly parameters: number;
  readonly bytes: number;
  /** As people say it: "4-bit". */
  readonly quantization: string;
  /** What suits this model; the presets derive from it. */
  readonly defaults: RunParameters;
}

/** What a run is started with; it is stored with the run and never changes. */
export interface RunSetup {
  readonly modelId: string;
  readonly domain: Domain;
  readonly documents: readonly DomainDocument[];
  readonly parameters: RunParameters;
}

export interface SpecializeRequest {
  readonly setup: RunSetup;
  /** Events of an earlier, interrupted attempt, with the adapters' files: finished phases are not done again. */
  readonly earlier: readonly RunEvent[];
}

export interface ChatRequest {
  readonly modelId: string;
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

export interface DeviceDescription {
  readonly provider: ExecutionProvider;
  /** Why it is not WebGPU, when it is not. */
  readonly note?: string;
}

/** A worker holds the web lock that bears its name for as long as it lives, so that its death can be noticed. */
export interface LivingWorker {
  /** Resolves once the lock is held. */
  ready(): Promise<void>;
}

/** workers/specializer.worker.ts: one run at a time, from seeds to adapter. */
export interface SpecializerApi extends LivingWorker {
  /** Resolves after the event `done`; rejects with one plain sentence, a cancelled run with name "AbortError". */
  specialize(request: SpecializeRequest, onEvent: (event: RunEvent) => void): Promise<void>;
  /** Takes effect at the next event; the run then holds still until `resume` or `cancel`. */
  pause(): void;
  resume(): void;
  cancel(): void;
}

/** workers/chat.worker.ts: answers, and everything else that needs the engine but is not a run. */
export interface ChatApi extends LivingWorker {
  device(): Promise<DeviceDescription>;
  describeModel(modelId: string): Promise<ModelDescription>;
  /** Reads a domain file; rejects with a sentence that names the row at fault. */
  readDomain(json: string): Promise<Domain>;
  /** Checks that an adapter fits the model; rejects with a sentence that says what does not. */
  describeAdapter(modelId: string, files: AdapterFiles): Promise<AdapterDescription>;
  /** `onText` gets the whole text so far, each time it grows. */
  chat(request: ChatRequest, onText: (text: string) => void): Promise<ChatReply>;
  stop(): void;
}
