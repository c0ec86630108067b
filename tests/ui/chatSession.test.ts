import { expect, it } from 'vitest';
import type { AdapterShelf } from '../../src/ui/store/adapterShelf.ts';
import type { AppState, AppStore } from '../../src/ui/store/appState.ts';
import { ChatSession } from '../../src/ui/store/chatSession.ts';
import type { Connection } from '../../src/ui/store/services.ts';
import { pocketModel } from '../../src/workerApi/model.ts';
import type { ChatApi, ChatReply } from '../../src/workerApi/whittleWorkerApi.ts';

const reply: ChatReply = { text: 'pain', adapterHash: null, tokens: 1, seconds: 1 };

/** A store with nothing but what a chat reads and writes. */
function createStore(): AppStore {
  let state = {
    engine: { kind: 'ready', model: { reference: pocketModel } },
    adapters: [],
    chat: { isAnswering: false, exchanges: [] },
  } as unknown as AppState;
  const setState = (change: (state: AppState) => Partial<AppState>) =>
    (state = { ...state, ...change(state) });
  return { getState: () => state, setState } as unknown as AppStore;
}

it('keeps a finished answer where a text that was streamed before arrives after it', async () => {
  const late: ((text: string) => void)[] = [];
  const api = {
    chat: async (_request: unknown, onText: (text: string) => void) => {
      late.push(onText);
      return reply;
    },
  } as unknown as ChatApi;
  const connection = { call: (ask: (api: ChatApi) => unknown) => ask(api) } as unknown as Connection<ChatApi>;
  const store = createStore();
  const shelf = { read: async () => ({}) } as unknown as AdapterShelf;
  await new ChatSession(store, shelf, () => connection).ask('What is aspirin for?', 'folder');
  for (const onText of late) onText('pa');
  const [exchange] = store.getState().chat.exchanges;
  expect(exchange?.base).toEqual({ text: 'pain', reply });
  expect(exchange?.specialised).toEqual({ text: 'pain', reply });
});
