import type { ByteStore } from '../../storage/byteStore.ts';
import type { Domain, DomainDocument, DomainFile } from '../../workerApi/domain.ts';
import type { ChatApi } from '../../workerApi/whittleWorkerApi.ts';
import type { AppStore, DomainChoice } from './appState.ts';
import { faultIn, forgetDamage, tellDamage } from './damages.ts';
import type { Connection, Services } from './services.ts';
import { readStored, storedDomain, type StoredDomain } from './storedFormats.ts';

const bundled = ['biomedicine', 'finance'] as const;
const ownFile = 'domains/own.json';
export const ownDomainId = 'own';

/** The bundled domains and the person's own. Every domain is checked by the engine, in its worker. */
export class DomainLibrary {
  readonly #store: AppStore;
  readonly #services: Services;
  readonly #bytes: ByteStore;
  readonly #chat: () => Connection<ChatApi>;

  constructor(store: AppStore, services: Services, chat: () => Connection<ChatApi>) {
    this.#store = store;
    this.#services = services;
    this.#bytes = services.bytes;
    this.#chat = chat;
  }

  async load(): Promise<void> {
    const choices = await Promise.all(bundled.map((id) => this.#readBundled(id)));
    this.#store.setState({ domains: choices });
    const own = await this.#readOwn();
    if (own) this.#put(own);
  }

  choose(domainId: string): void {
    this.#store.setState({ domainId });
  }

  /** Checks, saves and chooses the person's own domain. Rejects with a sentence that names the row at fault. */
  async saveOwn(file: DomainFile, documents: readonly DomainDocument[]): Promise<void> {
    const domain = await this.check(JSON.stringify(file));
    const stored: StoredDomain = { file, documents };
    this.#put({ id: ownDomainId, domain, documents, isBundled: false });
    this.#store.setState({ domainId: ownDomainId });
    await this.#bytes.write(ownFile, new TextEncoder().encode(JSON.stringify(stored)));
    forgetDamage(this.#store, ownFile);
  }

  check(json: string): Promise<Domain> {
    return this.#chat().call((api) => api.readDomain(json));
  }

  #put(choice: DomainChoice): void {
    this.#store.setState(({ domains }) => ({
      domains: [...domains.filter(({ id }) => id !== choice.id), choice],
    }));
  }

  async #readBundled(id: string): Promise<DomainChoice> {
    const domain = await this.check(await this.#services.fetchText(`domains/${id}.json`));
    const documents = await Promise.all(
      domain.documents.map(async (path) => ({
        id: path,
        text: await this.#services.fetchText(`domains/${path}`),
      })),
    );
    return { id, domain, documents, isBundled: true };
  }

  async #readOwn(): Promise<DomainChoice | null> {
    const bytes = await this.#bytes.read(ownFile).catch(() => null);
    if (!bytes) return null;
    try {
      const { file, documents } = readStored(storedDomain, bytes);
      return { id: ownDomainId, domain: await this.check(JSON.stringify(file)), documents, isBundled: false };
    } catch (error) {
      const text = `Your own field cannot be opened: what this browser stored of it is damaged (${faultIn(error)}). Delete it and write it again, or open it from a file; the other fields are not affected.`;
      tellDamage(this.#store, { name: ownFile, text });
      return null;
    }
  }
}
