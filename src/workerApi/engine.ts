import type { AdapterDescription, AdapterFiles } from './adapter.ts';
import type { CurationApi } from './curation.ts';
import type { Domain } from './domain.ts';
import type { ModelReference, TrainingFit } from './model.ts';
import type { RunEvent } from './runEvent.ts';
import type { RunParameters } from './runParameters.ts';
import type {
  ChatReply,
  ChatRequest,
  DeviceChoice,
  DeviceDescription,
  ModelDescription,
  RunSetup,
  SpecializeRequest,
  TrainingShape,
} from './whittleWorkerApi.ts';

/**
 * What the workers need from the engine. A run is a generator: whoever pulls decides the pace, so that pausing
 * is not pulling and cancelling is `signal` followed by `return()`, on which the engine disposes what it holds.
 */
export interface Engine extends CurationApi {
  /** What to run on. Takes effect only before anything else is asked: a worker keeps its device. */
  chooseDevice(device: DeviceChoice): void;
  device(): Promise<DeviceDescription>;
  describeModel(model: ModelReference): Promise<ModelDescription>;
  planTraining(model: ModelReference, shape: TrainingShape): Promise<TrainingFit>;
  checkParameters(model: ModelReference, parameters: RunParameters): Promise<void>;
  readDomain(text: string): Promise<Domain>;
  describeAdapter(model: ModelReference, files: AdapterFiles): Promise<AdapterDescription>;
  /** What a run left, as files by name; without the adapters. */
  runFiles(setup: RunSetup, events: readonly RunEvent[]): Promise<Readonly<Record<string, string>>>;
  specialize(request: SpecializeRequest, signal: AbortSignal): AsyncGenerator<RunEvent, void>;
  chat(request: ChatRequest, onText: (text: string) => void, signal: AbortSignal): Promise<ChatReply>;
}
