import type { Domain, DomainDocument } from './domain.ts';
import type { Comparison, ExecutionProvider, RunEvent } from './runEvent.ts';
import type { RunParameters } from './runParameters.ts';

/** A model that the page can work with. */
export interface ModelDescription {
  readonly id: string;
  readonly name: string;
  readonly parameters: number;
  readonly bytes: number;
  readonly quantization: string;
}

/** The files of a PEFT folder by name: adapter_config.json, adapter_model.safetensors, README.md. */
export type AdapterFiles = Readonly<Record<string, Uint8Array<ArrayBuffer>>>;

export interface AdapterDescription {
  /** Hex SHA-256 of adapter_model.safetensors; its first eight digits label every answer. */
  readonly hash: string;
  readonly rank: number;
  readonly alpha: number;
  readonly targetModules: readonly string[];
  readonly baseModel: string;
}

export interface SpecializeRequest {
  readonly modelId: string;
  readonly domain: Domain;
  readonly documents: readonly DomainDocument[];
  readonly parameters: RunParameters;
}

export interface RunResult {
  readonly comparison: Comparison;
  readonly adapter: AdapterFiles;
  readonly description: AdapterDescription;
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
  readonly elapsedMs: number;
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
  /** Runs the pipeline; rejects with one plain sentence. A cancelled run rejects with name "AbortError". */
  specialize(request: SpecializeRequest, onEvent: (event: RunEvent) => void): Promise<RunResult>;
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
  chat(request: ChatRequest, onText: (text: string) => void): Promise<ChatReply>;
  stop(): void;
}
