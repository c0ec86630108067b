/** One turn of a conversation. */
export interface ChatTurn {
  readonly role: string;
  readonly content: string;
}

/** What the engine asks of a tokenizer; `generation/loadTokenizer.ts` gives one from a model's folder. */
export interface Tokenizer {
  /** Token ids of a text; `addSpecialTokens` adds BOS (and EOS) where the tokenizer's own rules do. */
  encode(text: string, addSpecialTokens: boolean): number[];
  /** The text of token ids. Special tokens are left out unless `keepSpecialTokens`. */
  decode(ids: readonly number[], keepSpecialTokens?: boolean): string;
  readonly hasChatTemplate: boolean;
  /**
   * Token ids of a conversation in the model's own template. With `addGenerationPrompt` they end where the
   * assistant's answer begins. Without a template of the model's own it is `plainConversation`'s layout.
   */
  applyChatTemplate(turns: readonly ChatTurn[], addGenerationPrompt: boolean): number[];
  readonly bosTokenId: number | null;
  /** The token that ends a completion. */
  readonly eosTokenId: number;
  /** Every token that ends an answer: `eosTokenId` and those that the generation configuration adds. */
  readonly endTokenIds: readonly number[];
  readonly padTokenId: number;
}
