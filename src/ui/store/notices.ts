import type { AppStore } from './appState.ts';
import { messageOf } from './messageOf.ts';

export function notify(store: AppStore, text: string): void {
  store.setState({ notice: { tone: 'info', text } });
}

export function fail(store: AppStore, error: unknown): void {
  store.setState({ notice: { tone: 'error', text: messageOf(error) } });
}
