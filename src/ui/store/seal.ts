import type { AppStore } from './appState.ts';
import type { SealService } from './services.ts';

/** Why a model cannot be looked up, and the way out. */
export const sealedWords =
  'This page is sealed: no model can be looked up or downloaded. Lift the seal under “What leaves this machine”.';

/** Whether even the Hub is out of reach. Until that is known, it is. */
export class Seal {
  readonly #store: AppStore;
  readonly #service: SealService;
  readonly #onChange: () => void;

  /** @param onChange ends what may reach more than it should from now on */
  constructor(store: AppStore, service: SealService, onChange: () => void) {
    this.#store = store;
    this.#service = service;
    this.#onChange = onChange;
  }

  /** Recalls the last choice, and follows what other tabs do. */
  async begin(): Promise<void> {
    this.#service.follow((isSealed) => this.#take(isSealed));
    this.#take(await this.#service.read());
  }

  async set(isSealed: boolean): Promise<void> {
    if (isSealed) this.#take(true);
    await this.#service.set(isSealed);
    this.#take(isSealed);
  }

  #take(isSealed: boolean): void {
    if (this.#store.getState().isSealed === isSealed) return;
    this.#store.setState({ isSealed });
    this.#onChange();
  }
}
