import { ActionIcon, Button, Select, Textarea } from '@mantine/core';
import { useState, type FormEvent, type KeyboardEvent } from 'react';
import { useApp, useAppState } from '../appContext.ts';
import { shortHash } from '../format.ts';
import chips from '../parts/chips.module.css';
import { Icon } from '../parts/Icon.tsx';
import { adapterFolder, trainedFolder } from '../store/adapterShelf.ts';
import type { AppState } from '../store/appState.ts';
import type { Exchange, PaneAnswer } from '../store/chatSession.ts';
import classes from './compare.module.css';

interface AdapterOption {
  readonly value: string;
  readonly label: string;
}

/** The adapters that can answer, by the folder they are stored in. */
function optionsOf({ run, adapters }: Pick<AppState, 'run' | 'adapters'>): AdapterOption[] {
  const trained = run?.state.adapters;
  const own: AdapterOption[] = [];
  if (run && trained?.specialized) {
    own.push({
      value: trainedFolder(run.id, 'specialized', run.state.specialistRound),
      label: `This run (${shortHash(trained.specialized.hash)})`,
    });
  }
  const loaded = adapters.map(({ id, name, description }) => ({
    value: adapterFolder(id),
    label: `${name} (${shortHash(description.hash)})`,
  }));
  return [...own, ...loaded];
}

/** One question, two answers side by side, each with the hash of the adapter that wrote it. */
export function Chat() {
  const app = useApp();
  const run = useAppState((state) => state.run);
  const adapters = useAppState((state) => state.adapters);
  const { exchanges, isAnswering } = useAppState((state) => state.chat);
  const options = optionsOf({ run, adapters });
  const [chosen, setChosen] = useState<string | null>(null);
  const folder = options.find(({ value }) => value === chosen)?.value ?? options[0]?.value;
  const ask = (prompt: string) => {
    if (folder) void app.attempt(() => app.chat.ask(prompt, folder));
  };
  return (
    <div className={classes.chat}>
      {options.length > 1 && (
        <Select
          label="Adapter"
          data={options}
          value={folder ?? null}
          onChange={setChosen}
          allowDeselect={false}
          maw={320}
        />
      )}
      <div className={classes.exchanges} aria-live="polite" aria-busy={isAnswering}>
        {exchanges.length === 0 && <Suggestions onAsk={ask} />}
        {exchanges.map((exchange) => (
          <ExchangeView key={exchange.id} exchange={exchange} />
        ))}
      </div>
      {isAnswering && (
        <Button
          variant="default"
          leftSection={<Icon name="stop" size={16} />}
          onClick={() => app.chat.stop()}
        >
          Stop
        </Button>
      )}
      <Composer isDisabled={isAnswering} onAsk={ask} />
    </div>
  );
}

function Suggestions({ onAsk }: { readonly onAsk: (prompt: string) => void }) {
  const items = useAppState((state) => state.run?.setup.domain.heldOut);
  const texts = (items ?? []).filter(({ input }) => input === '').map(({ instruction }) => instruction);
  const spread = [0, 1, 2].flatMap((i) => texts[Math.floor((i * texts.length) / 3)] ?? []);
  return (
    <div className={chips.chips}>
      {[...new Set(spread)].map((text) => (
        <button key={text} type="button" onClick={() => onAsk(text)}>
          {text}
        </button>
      ))}
    </div>
  );
}

function ExchangeView({ exchange: { prompt, base, specialised } }: { readonly exchange: Exchange }) {
  return (
    <div className={classes.exchange}>
      <p className={classes.prompt}>{prompt}</p>
      <div className={classes.pair}>
        <Pane title="Base model" answer={base} isBase />
        <Pane title="Specialist" answer={specialised} />
      </div>
    </div>
  );
}

interface PaneProps {
  readonly title: string;
  readonly answer: PaneAnswer | null;
  readonly isBase?: boolean;
}

function Pane({ title, answer, isBase }: PaneProps) {
  const hash = answer?.reply?.adapterHash;
  return (
    <div className={classes.pane} data-base={isBase || undefined}>
      <span className={classes.paneTitle}>
        <strong>{title}</strong>
        {answer?.reply && <code>{hash ? `adapter ${shortHash(hash)}` : 'no adapter'}</code>}
      </span>
      {answer?.failure ? <p className={classes.paneFailure}>{answer.failure}</p> : <p>{paneText(answer)}</p>}
    </div>
  );
}

function paneText(answer: PaneAnswer | null): string {
  if (!answer) return 'Waits for its turn…';
  if (!answer.reply) return answer.text || 'Thinking…';
  return answer.text.trim() || '(It said nothing.)';
}

function Composer({
  isDisabled,
  onAsk,
}: {
  readonly isDisabled: boolean;
  readonly onAsk: (prompt: string) => void;
}) {
  const [text, setText] = useState('');
  const submit = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    if (isDisabled || text.trim() === '') return;
    onAsk(text.trim());
    setText('');
  };
  return (
    <form className={classes.composer} onSubmit={submit}>
      <Textarea
        aria-label="Your question"
        placeholder="Ask both the same question"
        autosize
        minRows={1}
        maxRows={5}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.shiftKey) submit(event);
        }}
      />
      <ActionIcon type="submit" size={36} aria-label="Ask" disabled={isDisabled || text.trim() === ''}>
        <Icon name="send" />
      </ActionIcon>
    </form>
  );
}
