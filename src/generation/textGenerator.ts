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
import type { CacheRows } from './cacheRows.ts';
import { TokenChoices } from './choices.ts';
import type { Completion, CompletionRequest, LanguageModel, Prompt } from './completion.ts';
import { CompletionRow, type EncodedPrompt, type TokenizedPrompt } from './completionRow.ts';
import { generateContinuously, type RowEvents } from './continuousBatch.ts';
import { DecoderSteps } from './decoderSteps.ts';
import { generateBatch } from './generateBatch.ts';
import { passGate } from './passGate.ts';
import { ProgressCount } from './progressCount.ts';
import { tokensWorthRun } from './sharedPrefixes.ts';
import { continuousOrder, planBatches, withRoom } from './planBatches.ts';

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
  /**
   * Exchanges rows of the session's cache, so that waiting prompts take the places of finished ones. Without it, or
   * where the graph takes an input that only transformers.js knows, every batch runs until its slowest row ends.
   */
  readonly cacheRows?: CacheRows;
  /**
   * Where rows are exchanged, what prompts of a request begin with is read once if it saves so many tokens for each run
   * that it takes; 64 by default, `Infinity`: never.
   */
  readonly worthRun?: number;
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
  readonly #steps: DecoderSteps | null;
  #lastRequest: Promise<unknown> = Promise.resolve();

  /** @throws when transformers.js has no class for the model type. */
  constructor(parts: TextGeneratorParts) {
    this.tokenizer = parts.tokenizer;
    this.#parts = parts;
    this.#decoder = new AdapterSession(parts.session, adapterInputs(parts.session));
    this.#embedding = parts.embedTokens ? new AdapterSession(parts.embedTokens, new Set()) : null;
    this.#model = causalLanguageModel(parts.config, this.#decoder, this.#embedding);
    const { device, tokenizer } = parts;
    this.#steps =
      DecoderSteps.unknownInput(this.#decoder) === null
        ? new DecoderSteps(device, this.#decoder, this.#embedding, tokenizer)
        : null;
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

  /** Resolves once no request is under way, also none whose caller has left. */
  async idle(): Promise<void> {
    await this.#lastRequest;
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
    requirePerPrompt(prompts.length, request);
    const tokenized = prompts.map((prompt, index) => ({ index, ids: this.#encode(prompt, index) }));
    const completions = new Array<Completion>(prompts.length);
    const progress = new ProgressCount(prompts.length, request.onProgress);
    this.#decoder.bind(adapter);
    await this.#run(tokenized, request, {
      signal: request.signal,
      gate: request.gate,
      onToken: (row, isFinished) => {
        const { index } = row.prompt;
        progress.count(isFinished);
        request.onText?.(index, row.text());
        if (!isFinished) return;
        const completion = row.completion();
        completions[index] = completion;
        request.onCompletion?.(index, completion);
      },
      onStep: (rows) => progress.report(rows),
    });
    return completions;
  }

  async #run(
    prompts: readonly TokenizedPrompt[],
    request: CompletionRequest,
    events: RowEvents,
  ): Promise<void> {
    const { cacheRows, config, batchSize = 16, worthRun = tokensWorthRun } = this.#parts;
    const limits = { batchSize, maxNewTokens: request.maxNewTokens, contextLength: contextLength(config) };
    request.signal?.throwIfAborted();
    if (cacheRows && this.#steps) {
      const order = continuousOrder(withRoom(prompts, limits), batchSize);
      const parts = { decoder: this.#steps, cacheRows, batchSize, worthRun };
      await generateContinuously(parts, this.#rows(order, request), events);
    } else {
      let waiting = prompts.length;
      for (const batch of planBatches(prompts, limits)) {
        waiting -= batch.length;
        await passGate(request.gate, request.signal);
        await this.#runBatch(this.#rows(batch, request), waiting, events);
      }
    }
    request.signal?.throwIfAborted();
  }

  #rows(prompts: readonly EncodedPrompt[], request: CompletionRequest): CompletionRow[] {
    return prompts.map((prompt) => {
      const strings = request.choices?.[prompt.index];
      const choices = strings ? new TokenChoices(strings, request.stop, this.tokenizer) : null;
      return new CompletionRow(prompt, request, this.tokenizer, choices);
    });
  }

  async #runBatch(rows: readonly CompletionRow[], waiting: number, events: RowEvents): Promise<void> {
    events.signal?.throwIfAborted();
    const sessions = [this.#decoder, this.#embedding];
    for (const session of sessions) session?.clearFailure();
    try {
      await generateBatch(this.#model, rows, waiting, this.tokenizer, events);
    } catch (error) {
      throw sessions.find((session) => session?.failure)?.failure ?? error;
    }
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

function requireSampling({ maxNewTokens, temperature, topP }: CompletionRequest): void {
  const isCount = Number.isInteger(maxNewTokens) && maxNewTokens > 0;
  if (!isCount) throw new Error(`maxNewTokens is ${maxNewTokens}; give a whole number from 1.`);
  if (!(temperature >= 0 && Number.isFinite(temperature)))
    throw new Error(`temperature is ${temperature}; give 0 (greedy) or more.`);
  if (!(topP > 0 && topP <= 1)) throw new Error(`topP is ${topP}; give a number above 0, at most 1.`);
}

function requirePerPrompt(prompts: number, { choices, streams }: CompletionRequest): void {
  for (const [name, list] of Object.entries({ choices, streams })) {
    if (list && list.length !== prompts)
      throw new Error(`There are ${prompts} prompts, but ${list.length} ${name}; give one for each.`);
  }
}
