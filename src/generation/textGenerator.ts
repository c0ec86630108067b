import type { Device, Session } from '../runtime/device.ts';
import { promptIdsOf } from '../text/tokenize.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { AdapterSession, type AdapterTensors } from './adapterSession.ts';
import {
  adapterInputs,
  disposeAdapter,
  uploadAdapter,
  uploadZeroAdapter,
  type AdapterWeights,
} from './adapterTensors.ts';
import {
  causalLanguageModel,
  contextLength,
  type CausalLanguageModel,
  type ModelConfig,
} from './causalLanguageModel.ts';
import type { Completion, CompletionRequest, LanguageModel, Prompt } from './completion.ts';
import { CompletionRow, type EncodedPrompt } from './completionRow.ts';
import { generateBatch } from './generateBatch.ts';
import { planBatches, type Batch } from './planBatches.ts';

export interface TextGeneratorParts {
  readonly device: Device;
  /** A session of the graph from `buildGenerationModel`; on WebGPU with `keepOnDevice` for its cache outputs. */
  readonly session: Session;
  /** The embedding session of exports that keep the embedding apart. */
  readonly embedTokens?: Session;
  /** The model's config.json. */
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** Most prompts that run together; 16 by default. */
  readonly batchSize?: number;
}

/** A language model that holds its adapter's tensors until it is disposed. */
export interface AdaptedLanguageModel extends LanguageModel {
  dispose(): void;
}

/**
 * Generates text with one session and any number of adapters. Requests run one after another, each with the adapter
 * of the language model it was made to, so base and specialised model can be asked side by side.
 * The sessions stay their creator's.
 */
export class TextGenerator {
  readonly tokenizer: Tokenizer;
  readonly #parts: TextGeneratorParts;
  readonly #decoder: AdapterSession;
  readonly #embedding: AdapterSession | null;
  readonly #model: CausalLanguageModel;
  #lastRequest: Promise<unknown> = Promise.resolve();

  /** @throws when transformers.js has no class for the model type. */
  constructor(parts: TextGeneratorParts) {
    this.tokenizer = parts.tokenizer;
    this.#parts = parts;
    this.#decoder = new AdapterSession(parts.session, adapterInputs(parts.session));
    this.#embedding = parts.embedTokens ? new AdapterSession(parts.embedTokens, new Set()) : null;
    this.#model = causalLanguageModel(parts.config, this.#decoder, this.#embedding);
  }

  /** The model with an adapter, or with `null` the base model. @throws when the adapter does not fit the graph. */
  languageModel(adapter: AdapterWeights | null): AdaptedLanguageModel {
    const { session, device } = this.#parts;
    const tensors = adapter ? uploadAdapter(adapter, session, device) : uploadZeroAdapter(session, device);
    return {
      complete: (prompts, request) => this.#inTurn(() => this.#complete(prompts, request, tensors)),
      dispose: () => disposeAdapter(tensors),
    };
  }

  /** Runs `request` once all earlier ones are done, whether they failed or not. */
  #inTurn<T>(request: () => Promise<T>): Promise<T> {
    const result = this.#lastRequest.then(request);
    this.#lastRequest = result.catch(() => undefined);
    return result;
  }

  async #complete(
    prompts: readonly Prompt[],
    request: CompletionRequest,
    adapter: AdapterTensors,
  ): Promise<Completion[]> {
    requireSampling(request);
    const encoded = prompts.map((prompt, index) => ({ index, ids: this.#encode(prompt, index) }));
    const batches = planBatches(encoded, {
      batchSize: this.#parts.batchSize ?? 16,
      maxNewTokens: request.maxNewTokens,
      contextLength: contextLength(this.#parts.config),
    });
    const completions = new Array<Completion>(prompts.length);
    const progress = new ProgressCount(prompts.length, request);
    this.#decoder.bind(adapter);
    for (const batch of batches) {
      request.signal?.throwIfAborted();
      const rows = batch.prompts.map((prompt) => new CompletionRow(prompt, request, this.tokenizer));
      await this.#run(batch, rows, request, progress, (row) => {
        const completion = row.completion();
        completions[row.prompt.index] = completion;
        request.onCompletion?.(row.prompt.index, completion);
      });
    }
    return completions;
  }

  async #run(
    batch: Batch,
    rows: readonly CompletionRow[],
    request: CompletionRequest,
    progress: ProgressCount,
    onFinished: (row: CompletionRow) => void,
  ): Promise<void> {
    const sessions = [this.#decoder, this.#embedding];
    for (const session of sessions) session?.clearFailure();
    try {
      await generateBatch(this.#model, batch, rows, this.tokenizer, {
        signal: request.signal,
        onToken: (row, isFinished) => {
          progress.count(isFinished);
          request.onText?.(row.prompt.index, row.text());
          if (isFinished) onFinished(row);
        },
        onStep: () => progress.report(),
      });
    } catch (error) {
      throw sessions.find((session) => session?.failure)?.failure ?? error;
    }
    request.signal?.throwIfAborted();
  }

  #encode(prompt: Prompt, index: number): EncodedPrompt['ids'] {
    const { tokenizer } = this;
    const ids =
      typeof prompt === 'string' ? promptIdsOf(prompt, tokenizer) : tokenizer.applyChatTemplate(prompt, true);
    if (ids.length > 0) return ids;
    if (tokenizer.bosTokenId !== null) return [tokenizer.bosTokenId];
    throw new Error(
      `Prompt ${index + 1} is empty and the tokenizer has no token to begin with; give it some text.`,
    );
  }
}

/** Tokens and completions so far, for `onProgress`. */
class ProgressCount {
  readonly #prompts: number;
  readonly #request: CompletionRequest;
  readonly #start = performance.now();
  #tokens = 0;
  #completed = 0;

  constructor(prompts: number, request: CompletionRequest) {
    this.#prompts = prompts;
    this.#request = request;
  }

  count(isFinished: boolean): void {
    this.#tokens += 1;
    this.#completed += Number(isFinished);
  }

  report(): void {
    const seconds = (performance.now() - this.#start) / 1000;
    this.#request.onProgress?.({
      completed: this.#completed,
      prompts: this.#prompts,
      tokens: this.#tokens,
      tokensPerSecond: seconds > 0 ? this.#tokens / seconds : 0,
    });
  }
}

function requireSampling({ maxNewTokens, temperature, topP }: CompletionRequest): void {
  const isCount = Number.isInteger(maxNewTokens) && maxNewTokens > 0;
  if (!isCount) throw new Error(`maxNewTokens is ${maxNewTokens}; give a whole number from 1.`);
  if (!(temperature >= 0 && Number.isFinite(temperature)))
    throw new Error(`temperature is ${temperature}; give 0 (greedy) or more.`);
  if (!(topP > 0 && topP <= 1)) throw new Error(`topP is ${topP}; give a number above 0, at most 1.`);
}
