import { ActionIcon, Button, FileButton } from '@mantine/core';
import type { AdapterDescription } from '../../workerApi/adapter.ts';
import { modelTitle } from '../../workerApi/model.ts';
import { useApp, useAppState } from '../appContext.ts';
import { shortHash } from '../format.ts';
import { Empty } from '../parts/Empty.tsx';
import { Icon } from '../parts/Icon.tsx';
import { Card, Panel } from '../parts/Panel.tsx';
import { saveFile } from '../parts/saveFile.ts';
import { trainedFolder } from '../store/adapterShelf.ts';
import type { LoadedAdapter, OpenRun } from '../store/appState.ts';
import { reportFile, taskLines } from './exportRun.ts';
import classes from './adapter.module.css';

const lead =
  'What was learned is a small file beside the model: a LoRA adapter in the format of PEFT, which other tools read too.';

/** The adapter out of this browser, and adapters back in. */
export function AdapterPanel() {
  const run = useAppState((state) => state.run);
  const adapters = useAppState((state) => state.adapters);
  const trained = run?.state.report ? run.state.adapters.specialized : undefined;
  return (
    <Panel title="Adapter" lead={lead}>
      {run && trained ? <Trained run={run} description={trained} /> : null}
      {!trained && adapters.length === 0 && (
        <Empty icon="adapter" text="At the end of a run, its adapter can be downloaded here." />
      )}
      <Card title="Load an adapter">
        <Loaded adapters={adapters} />
      </Card>
    </Panel>
  );
}

function Trained({ run, description }: { readonly run: OpenRun; readonly description: AdapterDescription }) {
  const app = useApp();
  const name = `${run.title}-${shortHash(description.hash)}`;
  const download = async () => {
    const folder = trainedFolder(run.id, 'specialized', run.state.specialistRound);
    const zip = await app.adapters.zip(folder);
    saveFile(`${name}.zip`, zip, 'application/zip');
  };
  const downloadRun = async () => saveFile(`${name}-run.zip`, await app.runs.archive(run), 'application/zip');
  return (
    <Card title={`Trained on ${run.title}`}>
      <Facts description={description} />
      <div className={classes.buttons}>
        <Button leftSection={<Icon name="adapter" size={18} />} onClick={() => void app.attempt(download)}>
          Download adapter
        </Button>
        <Button
          variant="default"
          onClick={() => saveFile(`${name}-tasks.jsonl`, taskLines(run.state.tasks), 'application/jsonl')}
        >
          Download the tasks
        </Button>
        <Button
          variant="default"
          onClick={() => saveFile(`${name}-report.json`, reportFile(run), 'application/json')}
        >
          Download the report
        </Button>
        <Button variant="default" onClick={() => void app.attempt(downloadRun)}>
          Download the whole run
        </Button>
      </div>
    </Card>
  );
}

function Facts({ description }: { readonly description: AdapterDescription }) {
  const { hash, rank, alpha, targetModules, baseModel, model } = description;
  return (
    <>
      <FactList
        facts={[
          ['Fingerprint', shortHash(hash)],
          ['Model', model ? modelTitle(model) : baseModel],
        ]}
      />
      <details className={classes.details}>
        <summary>For other tools</summary>
        <FactList
          facts={[
            ['Base model', baseModel],
            ['Rank', String(rank)],
            ['Alpha', String(alpha)],
            ['Adapted layers', targetModules.join(', ')],
          ]}
        />
      </details>
    </>
  );
}

function FactList({ facts }: { readonly facts: readonly (readonly [string, string])[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(([title, value]) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Loaded({ adapters }: { readonly adapters: readonly LoadedAdapter[] }) {
  const app = useApp();
  const load = async (file: File) => app.adapters.load(file.name, new Uint8Array(await file.arrayBuffer()));
  return (
    <div className={classes.loaded}>
      <p>
        Choose a zip file that was downloaded here. It is checked against the model, and can then answer in
        the chat.
      </p>
      <ul>
        {adapters.map(({ id, name, description }) => (
          <li key={id}>
            <Icon name="adapter" />
            <span className={classes.name}>{name}</span>
            <code>{shortHash(description.hash)}</code>
            <Button variant="default" size="compact-sm" onClick={() => app.goTo('compare')}>
              Ask it
            </Button>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove ${name}`}
              onClick={() => void app.attempt(() => app.adapters.remove(id))}
            >
              <Icon name="trash" size={16} />
            </ActionIcon>
          </li>
        ))}
      </ul>
      <FileButton
        accept=".zip,application/zip"
        onChange={(file) => file && void app.attempt(() => load(file))}
      >
        {(props) => (
          <Button {...props} variant="default" leftSection={<Icon name="upload" size={16} />}>
            Load an adapter
          </Button>
        )}
      </FileButton>
    </div>
  );
}
