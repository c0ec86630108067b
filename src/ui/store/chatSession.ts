import { runFolder } from '../../storage/runFiles.ts';
import { pocketModel, type ModelReference } from '../../workerApi/model.ts';
import type { ChatApi, ChatReply } from '../../workerApi/whittleWorkerApi.ts';
import { adapterFolder, type AdapterShelf } from './adapterShelf.ts';
import type { AppState, AppStore } from './appState.ts';
import { isAbort, messageOf } from './messageOf.ts';
import type { Connection } from './services.ts';

export const answerTokens = 64;

/** One pane's answer, growing while it is written. `reply` is there once it is complete. */
export interface PaneAnswer {
  readonly text: string;
  readonly reply: ChatReply | null;
  readonly failure?: string;
}

export interface Exchange {
  readonly id: number;
  readonly prompt: string;
  readonly base: PaneAnswer | null;
  readonly specialised: PaneAnswer | null;
}

/** Asks the base model and the adapter the same thing, one after the other, with the same decoding. */
export class ChatSession {
  readonly #store: AppStore;
  readonly #adapters: AdapterShelf;
  readonly #chat: () => Connection<ChatApi>;
  #lastId = 0;

  constructor(store: AppStore, adapters: AdapterShelf, chat: () => Connection<ChatApi>) {
    this.#store = store;
    this.#adapters = adapters;
    this.#chat = chat;
  }

  /** `folder` is where the adapter is stored. Resolves when both have answered; a failure is shown in its pane. */
  async ask(prompt: string, folder: string): Promise<void> {
    const id = ++this.#lastId;
    const exchange: Exchange = { id, prompt, base: null, specialised: null };
    this.#store.setState(({ chat }) => ({
      chat: { isAnswering: true, exchanges: [...chat.exchanges, exchange] },
    }));
    try {
      const model = modelOf(this.#store.getState(), folder);
      await this.#answer(id, 'base', prompt, null, model);
      await this.#answer(id, 'specialised', prompt, folder, model);
    } finally {
      this.#store.setState(({ chat }) => ({ chat: { ...chat, isAnswering: false } }));
    }
  }

  /** Ends the worker that answers, so that this works even where it hangs; the next question starts a new one. */
  stop(): void {
    this.#chat().close();
  }

  clear(): void {
    this.#store.setState({ chat: { isAnswering: false, exchanges: [] } });
  }

  async #answer(
    id: number,
    pane: 'base' | 'specialised',
    prompt: string,
    folder: string | null,
    model: ModelReference | null,
  ): Promise<void> {
    if (!model) return;
    const show = (answer: PaneAnswer): void => this.#show(id, pane, answer);
    show({ text: '', reply: null });
    let isComplete = false;
    try {
      const adapter = folder === null ? null : await this.#adapters.read(folder);
      const request = { model, prompt, adapter, maxNewTokens: answerTokens, seed: 0 };
      // Texts travel beside the reply and may arrive after it; a late one must not take the reply's place.
      const onText = (text: string): void => void (isComplete || show({ text, reply: null }));
      const reply = await this.#chat().call((api) => api.chat(request, onText));
      isComplete = true;
      show({ text: reply.text, reply });
    } catch (error) {
      isComplete = true;
      show({ text: '', reply: null, failure: isAbort(error) ? 'Stopped.' : messageOf(error) });
    }
  }

  #show(id: number, pane: 'base' | 'specialised', answer: PaneAnswer): void {
    this.#store.setState(({ chat }) => ({
      chat: {
        ...chat,
        exchanges: chat.exchanges.map((exchange) =>
          exchange.id === id ? { ...exchange, [pane]: answer } : exchange,
        ),
      },
    }));
  }
}

/** The model that an adapter was trained on, whichever is chosen for new runs; null while there is none at all. */
function modelOf({ engine, run, adapters }: AppState, folder: string): ModelReference | null {
  if (run && folder.startsWith(runFolder(run.id))) return run.setup.model ?? pocketModel;
  const loaded = adapters.find(({ id }) => adapterFolder(id) === folder);
  return loaded?.description.model ?? (engine.kind === 'ready' ? engine.model.reference : null);
}
