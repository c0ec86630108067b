import { Tabs } from '@mantine/core';
import { useApp, useAppState } from '../appContext.ts';
import { baseName, byteSize } from '../format.ts';
import chips from '../parts/chips.module.css';
import { TaskCard } from '../parts/TaskCard.tsx';
import { Icon } from '../parts/Icon.tsx';
import { ShowMore } from '../parts/ShowMore.tsx';
import type { DomainChoice } from '../store/appState.ts';
import classes from './domain.module.css';

export function DomainView({ choice }: { readonly choice: DomainChoice }) {
  const { domain, documents } = choice;
  return (
    <div className={classes.view}>
      <DomainTabs />
      <p className={classes.description}>{domain.description}</p>
      <Tabs defaultValue="seeds" keepMounted={false} key={choice.id}>
        <Tabs.List>
          <Tabs.Tab value="seeds">Examples ({domain.seeds.length})</Tabs.Tab>
          <Tabs.Tab value="heldOut">Unseen tasks ({domain.heldOut.length})</Tabs.Tab>
          <Tabs.Tab value="documents">Texts ({documents.length})</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="seeds" pt="md">
          <ShowMore items={domain.seeds} render={(task) => <TaskCard key={task.id} task={task} />} />
        </Tabs.Panel>
        <Tabs.Panel value="heldOut" pt="md">
          <ShowMore
            items={domain.heldOut}
            render={(task) => <TaskCard key={task.id} task={task} tag={task.task} />}
          />
        </Tabs.Panel>
        <Tabs.Panel value="documents" pt="md">
          {documents.length === 0 && <p className={classes.description}>This field has no texts.</p>}
          <ul className={classes.documents}>
            {documents.map(({ id, text }) => (
              <li key={id}>
                <details className={classes.document}>
                  <summary>
                    <Icon name="document" />
                    <span>{baseName(id)}</span>
                    <span className={classes.size}>{byteSize(new Blob([text]).size)}</span>
                  </summary>
                  <p>{text}</p>
                </details>
              </li>
            ))}
          </ul>
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}

function DomainTabs() {
  const app = useApp();
  const domains = useAppState((state) => state.domains);
  const domainId = useAppState((state) => state.domainId);
  return (
    <div className={chips.chips} role="group" aria-label="Field">
      {domains.map(({ id, domain }) => (
        <button key={id} type="button" aria-pressed={id === domainId} onClick={() => app.domains.choose(id)}>
          {domain.name}
        </button>
      ))}
    </div>
  );
}
