import * as transformers from '@huggingface/transformers';
import { plainConversation } from '../text/plainConversation.ts';
import type { ChatTurn, Tokenizer } from '../text/tokenizer.ts';

/** Reads a text file of the model's folder; `null` where there is none of that name. */
export type ReadModelText = (name: string) => Promise<string | null>;

type TransformersTokenizer = InstanceType<typeof transformers.PreTrainedTokenizer>;
type TokenizerClass = new (tokenizer: unknown, config: unknown) => TransformersTokenizer;

/**
 * The tokenizer of a model's folder (`tokenizer.json`, `tokenizer_config.json`, where present also
 * `chat_template.jinja`, `generation_config.json` and `config.json`), as transformers.js' AutoTokenizer would
 * choose it. The files come through `read`, so nothing is fetched behind the caller's back.
 * @throws when a file is missing or is not JSON, or no end token is known.
 */
export async function loadTokenizer(read: ReadModelText): Promise<Tokenizer> {
  const tokenizerJson = await readJson(read, 'tokenizer.json');
  const config = await readJson(read, 'tokenizer_config.json');
  const template = await read('chat_template.jinja');
  const { tokenizer_class: stated } = config;
  const name = typeof stated === 'string' ? stated.replace(/Fast$/, '') : 'PreTrainedTokenizer';
  const Known = (transformers as Record<string, unknown>)[name];
  const Chosen = (typeof Known === 'function' ? Known : transformers.PreTrainedTokenizer) as TokenizerClass;
  const tokenizer = new Chosen(
    tokenizerJson,
    template === null ? config : { ...config, chat_template: template },
  );
  const ends = await endTokens(read, tokenizer);
  return adaptTokenizer(tokenizer, ends);
}

/** The end token first: the tokenizer's own, then those that the model's configuration adds. */
async function endTokens(read: ReadModelText, tokenizer: TransformersTokenizer): Promise<number[]> {
  const configured = await Promise.all(
    ['generation_config.json', 'config.json'].map(async (name) => {
      const text = await read(name);
      return text === null ? [] : [parseJson(text, name).eos_token_id].flat();
    }),
  );
  const ids = [tokenizer.eos_token_id, ...configured.flat()].filter((id) => typeof id === 'number');
  if (ids.length === 0) {
    throw new Error(
      'The model names no end token: neither eos_token in tokenizer_config.json nor eos_token_id in generation_config.json.',
    );
  }
  return [...new Set(ids)];
}

function adaptTokenizer(tokenizer: TransformersTokenizer, endTokenIds: readonly number[]): Tokenizer {
  const eosTokenId = endTokenIds[0] ?? 0;
  const encode = (text: string, addSpecialTokens: boolean) =>
    tokenizer.encode(text, { add_special_tokens: addSpecialTokens });
  const hasChatTemplate = tokenizer.chat_template !== null;
  return {
    encode,
    decode: (ids, keepSpecialTokens = false) =>
      ids.length === 0 ? '' : tokenizer.decode([...ids], { skip_special_tokens: !keepSpecialTokens }),
    hasChatTemplate,
    applyChatTemplate: (turns, addGenerationPrompt) =>
      hasChatTemplate
        ? renderTemplate(tokenizer, turns, addGenerationPrompt)
        : plainConversation(turns, addGenerationPrompt, { encode, eosTokenId }),
    bosTokenId: tokenizer.bos_token_id ?? null,
    eosTokenId,
    endTokenIds,
    padTokenId: tokenizer.pad_token_id ?? eosTokenId,
  };
}

function renderTemplate(
  tokenizer: TransformersTokenizer,
  turns: readonly ChatTurn[],
  addGenerationPrompt: boolean,
): number[] {
  if (turns.length === 0 && !addGenerationPrompt) return [];
  return tokenizer.apply_chat_template([...turns], {
    add_generation_prompt: addGenerationPrompt,
    tokenize: true,
    return_tensor: false,
    return_dict: false,
  });
}

async function readJson(read: ReadModelText, name: string): Promise<Record<string, unknown>> {
  const text = await read(name);
  if (text === null) throw new Error(`The model's folder has no ${name}.`);
  return parseJson(text, name);
}

function parseJson(text: string, name: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new Error(`The model's ${name} is not JSON: ${(error as Error).message}.`, { cause: error });
  }
}
