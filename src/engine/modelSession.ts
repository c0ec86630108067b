import type { CompletionRequest, LanguageModel, Prompt } from '../generation/completion.ts';
import { buildGenerationModel, cacheOutputs } from '../generation/buildGenerationModel.ts';
import { CacheRows, openCacheRows, type CacheRowsSessions } from '../generation/cacheRows.ts';
import { followsMask } from '../generation/maskPositions.ts';
import { expandSoftcapAttention } from '../generation/softcapAttention.ts';
import { TextGenerator } from '../generation/textGenerator.ts';
import type { Model } from '../graph/model.ts';
import { scalingOf, type Adapter } from '../lora/adapter.ts';
import { findLoraTargets, type TargetModules } from '../lora/targets.ts';
import { expandQuantizedGathers } from '../lowering/quantizedGather.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Device, Session } from '../runtime/device.ts';
import type { Scorer } from '../specialize/languageModel.ts';
import type { LoadedModel } from './loadModel.ts';
import { scorerOf } from './scorer.ts';
import { ScoringSessions } from './scoringSessions.ts';
import { largestWeightOf, splitLargeWeights } from './splitLargeWeights.ts';

/** The sessions and the generator that answer with the base model or an adapter. */
interface Generating {
  readonly generator: TextGenerator;
  readonly sessions: readonly Session[];
  readonly takesAdapters: boolean;
}

export interface ModelSessionOptions {
  readonly targetModules?: TargetModules;
  /** Prompts that run together; 16 by default. */
  readonly batchSize?: number;
  /** Run every batch until its slowest row ends, for comparison; false by default. */
  readonly hasFixedBatches?: boolean;
  /** Read what several prompts of a call begin with each time anew, for comparison; false by default. */
  readonly repeatsPrefixes?: boolean;
}

/**
 * A loaded model on a device. Generation, scoring and training alternate and never need their graphs at the same time, so
 * sessions are created when first asked for, generation and scoring release each other's, and both can be released before
 * training. Do not score while completions are under way.
 */
export class ModelSession {
  readonly model: LoadedModel;
  readonly device: Device;
  readonly #targetModules: TargetModules;
  readonly #batchSize: number;
  readonly #scoring: ScoringSessions;
  readonly #hasFixedBatches: boolean;
  readonly #repeatsPrefixes: boolean;
  #generating: Promise<Generating> | undefined;

  constructor(model: LoadedModel, device: Device, options: ModelSessionOptions = {}) {
    this.model = model;
    this.device = device;
    this.#targetModules = options.targetModules ?? 'all-linear';
    this.#batchSize = options.batchSize ?? 16;
    this.#scoring = new ScoringSessions({
      model,
      device,
      targetModules: this.#targetModules,
      batchSize: this.#batchSize,
    });
    this.#hasFixedBatches = options.hasFixedBatches ?? false;
    this.#repeatsPrefixes = options.repeatsPrefixes ?? false;
  }

  /** The model with an adapter, or with `null` the base model; usable before and after `releaseGeneration`. */
  languageModel(adapter: Adapter | null): LanguageModel & Scorer {
    return {
      complete: (prompts, request) => this.#complete(adapter, prompts, request),
      ...scorerOf(this.model, adapter, async (task) => {
        await this.#releaseCompletion();
        return this.#scoring.run(task);
      }),
    };
  }

  /** Gives the memory of the generation and scoring sessions back until the next completion or score. */
  async releaseGeneration(): Promise<void> {
    await Promise.all([this.#releaseCompletion(), this.#scoring.dispose()]);
  }

  async #releaseCompletion(): Promise<void> {
    const generating = await this.#generating;
    this.#generating = undefined;
    // A call that was left early ends with the step that is running.
    await generating?.generator.idle();
    await Promise.all(generating?.sessions.map((session) => session.dispose()) ?? []);
  }

  async #complete(adapter: Adapter | null, prompts: readonly Prompt[], request: CompletionRequest) {
    const { generator } = await this.#generatingFor(adapter);
    const adapted = generator.languageModel(
      adapter && {
        layout: adapter.layout,
        parameters: adapter.parameters,
        scaling: scalingOf(adapter.config),
      },
    );
    try {
      return await adapted.complete(prompts, request);
    } finally {
      adapted.dispose();
    }
  }

  /**
   * The base model runs without an adapter's inputs until an adapter is asked for: what a zero adapter adds changes no
   * logit, and it would be more than half of the kernels. From then on one session serves both.
   */
  async #generatingFor(adapter: Adapter | null): Promise<Generating> {
    if (adapter && this.#generating && !(await this.#generating).takesAdapters)
      await this.#releaseCompletion();
    this.#generating ??= this.#startGeneration(adapter !== null);
    return this.#generating;
  }

  /**
   * onnxruntime-web's WebAssembly build has no kernel for GatherBlockQuantized, no WebGPU kernel caps attention scores,
   * and a GPU binds no more than so many bytes at a time, hence the rewriting there.
   */
  async #startGeneration(takesAdapters: boolean): Promise<Generating> {
    await this.#scoring.dispose();
    const { decoder, weights, config, tokenizer } = this.model;
    const targets = takesAdapters
      ? findLoraTargets(decoder.decoder, this.#targetModules, decoder.modelType)
      : [];
    const built = buildGenerationModel(decoder.decoder, targets);
    const graph = this.#rewrite(built);
    const session = await this.device.createSession(
      { graph: encodeModel(graph, { modelFileName: decoder.fileName }), weights },
      { label: 'generation graph', keepOnDevice: cacheOutputs(graph) },
    );
    const embedTokens = await this.#embedding();
    const exchange = followsMask(graph) && !this.#hasFixedBatches ? await this.#cacheRows(session) : null;
    const generator = new TextGenerator({
      device: this.device,
      session,
      ...(embedTokens && { embedTokens }),
      ...(exchange && { cacheRows: new CacheRows(this.device, exchange) }),
      config,
      tokenizer,
      batchSize: this.#batchSize,
      ...(this.#repeatsPrefixes && { worthRun: Infinity }),
    });
    const sessions = [session, embedTokens, exchange?.kept, exchange?.joined].filter((one) => !!one);
    return { generator, sessions, takesAdapters };
  }

  /** What exchanges rows of the generation cache; `null` where its batches have to run to their slowest row's end. */
  #cacheRows(session: Session): Promise<CacheRowsSessions | null> {
    return openCacheRows(session, (graph, label) =>
      this.device.createSession(
        { graph: encodeModel(graph), weights: { files: [] } },
        { label, keepOnDevice: true },
      ),
    );
  }

  #rewrite(model: Model): Model {
    if (this.device.provider === 'wasm') return expandQuantizedGathers(model);
    const capped = this.device.provider === 'webgpu' ? expandSoftcapAttention(model) : model;
    return splitLargeWeights(capped, largestWeightOf(this.device.limits));
  }

  async #embedding(): Promise<Session | null> {
    const { decoder, weights } = this.model;
    if (!decoder.embedding) return null;
    const { model, fileName } = decoder.embedding;
    const graph = encodeModel(this.#rewrite(model), { modelFileName: fileName });
    return this.device.createSession({ graph, weights }, { label: 'embedding graph' });
  }
}
