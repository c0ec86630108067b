import * as transformers from '@huggingface/transformers';
import { isJsonObject } from '../jsonValue.ts';
import { plainConversation } from '../text/plainConversation.ts';
import type { ChatTurn, Tokenizer } from '../text/tokenizer.ts';

/** Reads a text file of the model's folder; `null` where there is none of that name. */
export type ReadModelText = (name: string) => Promise<string | null>;

type TransformersTokenizer = InstanceType<typeof transformers.PreTrainedTokenizer>;
type TokenizerClass = new (tokenizer: unknown, config: unknown) => TransformersTokenizer;

/** A tokenizer that cannot be used. The message names the file and what to do. */
export class TokenizerFormatError extends Error {
  override readonly name = 'TokenizerFormatError';
}

/**
 * The tokenizer of a model's folder (`tokenizer.json`, `tokenizer_config.json`, where present also
 * `chat_template.jinja`, `generation_config.json` and `config.json`), as transformers.js' AutoTokenizer would
 * choose it. The files come through `read`, so nothing is fetched behind the caller's back.
 * @throws TokenizerFormatError when a file is missing or is not JSON, or no end token is known.
 */
export async function loadTokenizer(read: ReadModelText): Promise<Tokenizer> {
  const tokenizerJson = await readJson(read, 'tokenizer.json');
  const config = await readJson(read, 'tokenizer_config.json');
  const template = await read('chat_template.jinja');
  const { tokenizer_class: stated } = config;
  const name = typeof stated === 'string' ? stated.replace(/Fast$/, '') : 'PreTrainedTokenizer';
  const Known = (transformers as Record<string, unknown>)[name];
  const Chosen = (typeof Known === 'function' ? Known : transformers.PreTrainedTokenizer) as TokenizerClass;
  const settings = template === null ? config : { ...config, chat_template: template };
  const tokenizer = guarded(unusable, () => new Chosen(tokenizerJson, settings));
  const ends = await endTokens(read, tokenizer);
  const adapted = adaptTokenizer(tokenizer, ends);
  adapted.decode(adapted.encode('A word.', true));
  return adapted;
}

const unusable = 'The model has a tokenizer.json or tokenizer_config.json that cannot be used';

/** What a library that trusts its files throws at wrong ones, in one sentence. */
function guarded<T>(problem: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof TokenizerFormatError) throw error;
    // Messages of the engine's own speak of the library's inside, not of the file.
    const isForeign = !(error instanceof Error) || Object.getPrototypeOf(error) !== Error.prototype;
    const reason = isForeign ? 'a part of it is of another kind than expected' : error.message.slice(0, 200);
    throw new TokenizerFormatError(`${problem}: ${reason.replace(/\.$/, '')}; download it again.`, {
      cause: error,
    });
  }
}

const isTokenId = (id: unknown): id is number => Number.isSafeInteger(id) && Number(id) >= 0;

/** The end token first: the tokenizer's own, then those that the model's configuration adds. */
async function endTokens(read: ReadModelText, tokenizer: TransformersTokenizer): Promise<number[]> {
  const configured = await Promise.all(
    ['generation_config.json', 'config.json'].map(async (name) => {
      const text = await read(name);
      return text === null ? [] : [parseJson(text, name).eos_token_id].flat();
    }),
  );
  const ids = [tokenizer.eos_token_id, ...configured.flat()].filter(isTokenId);
  if (ids.length === 0) {
    throw new TokenizerFormatError(
      'The model names no end token: neither eos_token in tokenizer_config.json nor eos_token_id in generation_config.json.',
    );
  }
  return [...new Set(ids)];
}

function adaptTokenizer(tokenizer: TransformersTokenizer, endTokenIds: readonly number[]): Tokenizer {
  const eosTokenId = endTokenIds[0] ?? 0;
  const encode = (text: string, addSpecialTokens: boolean) =>
    checkedIds(() => tokenizer.encode(text, { add_special_tokens: addSpecialTokens }));
  const hasChatTemplate = tokenizer.chat_template !== null;
  return {
    encode,
    decode: (ids, keepSpecialTokens = false) =>
      ids.length === 0
        ? ''
        : guarded(unusable, () => tokenizer.decode([...ids], { skip_special_tokens: !keepSpecialTokens })),
    hasChatTemplate,
    applyChatTemplate: (turns, addGenerationPrompt) =>
      hasChatTemplate
        ? renderTemplate(tokenizer, turns, addGenerationPrompt)
        : plainConversation(turns, addGenerationPrompt, { encode, eosTokenId }),
    bosTokenId: isTokenId(tokenizer.bos_token_id) ? tokenizer.bos_token_id : null,
    eosTokenId,
    endTokenIds,
    padTokenId: isTokenId(tokenizer.pad_token_id) ? tokenizer.pad_token_id : eosTokenId,
  };
}

/** A vocabulary with holes gives ids that are no numbers. */
function checkedIds(encode: () => number[]): number[] {
  const ids = guarded(unusable, encode);
  if (ids.every(isTokenId)) return ids;
  throw new TokenizerFormatError(`${unusable}: it gives a part of the text no number; download it again.`);
}

function renderTemplate(
  tokenizer: TransformersTokenizer,
  turns: readonly ChatTurn[],
  addGenerationPrompt: boolean,
): number[] {
  if (turns.length === 0 && !addGenerationPrompt) return [];
  const render = () =>
    tokenizer.apply_chat_template([...turns], {
      add_generation_prompt: addGenerationPrompt,
      tokenize: true,
      return_tensor: false,
      return_dict: false,
    });
  return checkedIds(() => guarded("The model's chat template cannot be rendered", render));
}

async function readJson(read: ReadModelText, name: string): Promise<Record<string, unknown>> {
  const text = await read(name);
  if (text === null) throw new TokenizerFormatError(`The model's folder has no ${name}.`);
  return parseJson(text, name);
}

function parseJson(text: string, name: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new TokenizerFormatError(
      `The model's ${name} is not JSON: ${(error as Error).message}; download it again.`,
      { cause: error },
    );
  }
  if (isJsonObject(value)) return value;
  throw new TokenizerFormatError(`The model's ${name} is no JSON object; download it again.`);
}
