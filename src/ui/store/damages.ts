import type { AppStore, Damage } from './appState.ts';
import { StoredFormatError } from './storedFormats.ts';

/** Shows it until it is dismissed, deleted or written anew. */
export function tellDamage(store: AppStore, damage: Damage): void {
  store.setState(({ damages }) => ({
    damages: [...damages.filter(({ name }) => name !== damage.name), damage],
  }));
}

export function forgetDamage(store: AppStore, name: string): void {
  const { damages } = store.getState();
  if (damages.some((damage) => damage.name === name))
    store.setState({ damages: damages.filter((damage) => damage.name !== name) });
}

/** What is wrong with something stored, to stand in brackets. Throws what says nothing of that: a lost worker, say. */
export function faultIn(error: unknown): string {
  if (error instanceof StoredFormatError) return error.message;
  // Told by the engine in its worker, from where errors come without their class: a sentence for each fault.
  if (error instanceof Error && error.name === 'DomainFormatError')
    return error.message.split('\n')[0]!.replace(/\.$/, '');
  throw error;
}
