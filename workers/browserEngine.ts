import { loadModel, type LoadedModel } from '../src/engine/loadModel.ts';
import { modelFolderAt } from '../src/engine/modelFolder.ts';
import { ModelSession } from '../src/engine/modelSession.ts';
import { promptsFor, specializeModel } from '../src/engine/specializeModel.ts';
import { findLoraTargets } from '../src/lora/targets.ts';
import { createBrowserDevice } from '../src/runtime/browser.ts';
import type { Device } from '../src/runtime/device.ts';
import { parseDomain } from '../src/specialize/domain.ts';
import type { AdapterFiles } from '../src/workerApi/adapter.ts';
import type { Engine } from '../src/workerApi/engine.ts';
import type { RunEvent } from '../src/workerApi/runEvent.ts';
import type {
  ChatReply,
  ChatRequest,
  DeviceDescription,
  ModelDescription,
  SpecializeRequest,
} from '../src/workerApi/whittleWorkerApi.ts';
import { stateAfter, toRunEvent } from './runEvents.ts';
import { defaultParameters, presetWith } from './runSettings.ts';
import { describeFiles, restoreAdapter } from './storedAdapter.ts';

const withoutWebGpu =
  'This browser offers no WebGPU here. Recent versions of Chrome, Edge and Safari do on most computers.';

/** Prompts answered at once. */
const batchSize = 16;

/** The engine on onnxruntime-web, with the models below `modelsUrl` (which ends in "/"). */
export class BrowserEngine implements Engine {
  readonly #modelsUrl: string;
  readonly #models = new Map<string, Promise<LoadedModel>>();
  readonly #sessions = new Map<string, Promise<ModelSession>>();
  #device: Promise<Device> | undefined;

  constructor(modelsUrl: string) {
    this.#modelsUrl = modelsUrl;
  }

  async device(): Promise<DeviceDescription> {
    const { provider } = await this.#openDevice();
    return { provider, ...(provider === 'webgpu' ? {} : { note: withoutWebGpu }) };
  }

  async describeModel(modelId: string): Promise<ModelDescription> {
    const model = await this.#load(modelId);
    const files = 'files' in model.weights ? model.weights.files : [];
    const bytes = files.reduce((sum, { data }) => sum + ('byteLength' in data ? data.byteLength : 0), 0);
    const parameters = countParameters(model);
    return {
      id: modelId,
      name: modelId,
      parameters,
      bytes,
      quantization: '4-bit',
      defaults: defaultParameters(model),
    };
  }

  readDomain = async (json: string) => parseDomain(json);

  async describeAdapter(modelId: string, files: AdapterFiles) {
    restoreAdapter(files, await this.#load(modelId));
    return describeFiles(files);
  }

  async *specialize(
    { setup, earlier }: SpecializeRequest,
    signal: AbortSignal,
  ): AsyncGenerator<RunEvent, void> {
    const { domain, documents, modelId, parameters } = setup;
    const model = await this.#load(modelId);
    const device = await this.#openDevice();
    yield { type: 'device', ...(await this.device()) };
    const state = stateAfter(earlier, model);
    const preset = presetWith(model, parameters);
    const session = new ModelSession(model, device, { batchSize });
    for await (const event of specializeModel(session, { domain, documents, ...preset, signal, state })) {
      const told = await toRunEvent(event, model);
      if (told) yield told;
    }
  }

  async chat(request: ChatRequest, onText: (text: string) => void, signal: AbortSignal): Promise<ChatReply> {
    const { modelId, prompt, adapter: files, maxNewTokens, seed } = request;
    const session = await this.#session(modelId);
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
    this.#device ??= createBrowserDevice();
    return this.#device;
  }

  #load(modelId: string): Promise<LoadedModel> {
    const loading = this.#models.get(modelId) ?? loadModel(modelFolderAt(this.#modelsUrl + modelId));
    this.#models.set(modelId, loading);
    // The next attempt tries again.
    loading.catch(() => this.#models.delete(modelId));
    return loading;
  }

  async #session(modelId: string): Promise<ModelSession> {
    const known = this.#sessions.get(modelId);
    if (known) return known;
    const opening = Promise.all([this.#load(modelId), this.#openDevice()]).then(
      ([model, device]) => new ModelSession(model, device, { batchSize: 1 }),
    );
    this.#sessions.set(modelId, opening);
    opening.catch(() => this.#sessions.delete(modelId));
    return opening;
  }
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
