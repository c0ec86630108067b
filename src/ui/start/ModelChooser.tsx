import { Button, TextInput } from '@mantine/core';
import { useState, type DragEvent } from 'react';
import type { SuggestedModel } from '../../workerApi/model.ts';
import { useApp, useAppState } from '../appContext.ts';
import { bigCount, byteSize } from '../format.ts';
import { Icon } from '../parts/Icon.tsx';
import { droppedFiles, pickedFiles } from './chosenFiles.ts';
import { DownloadProgressBar } from './DownloadProgressBar.tsx';
import { ModelOfferCard } from './ModelOfferCard.tsx';
import { SealedNote } from './SealedNote.tsx';
import { StoredModels } from './StoredModels.tsx';
import classes from './models.module.css';

/** Models that are here, models known to work, any other of the Hub, and folders from disk; a folder can also be dropped. */
export function ModelChooser() {
  const app = useApp();
  const { suggestions, offer, activity, failure } = useAppState((state) => state.models);
  const isSealed = useAppState((state) => state.isSealed);
  const [isOver, setIsOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    const files = droppedFiles(event.dataTransfer.items);
    void app.attempt(async () => app.models.importFiles(await files));
  };
  return (
    <div
      className={classes.chooser}
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
    >
      <StoredModels />
      {isSealed ? <SealedNote /> : <HubField />}
      {failure && (
        <p className={classes.failure} role="alert">
          {failure}
        </p>
      )}
      {activity ? <DownloadProgressBar activity={activity} /> : offer && <ModelOfferCard offer={offer} />}
      {!isSealed && suggestions.length > 0 && <Suggestions models={suggestions} isBusy={activity !== null} />}
      <FolderField isBusy={activity !== null} />
    </div>
  );
}

function HubField() {
  const app = useApp();
  const [text, setText] = useState('');
  const isBusy = useAppState((state) => state.models.activity !== null);
  return (
    <form
      className={classes.field}
      onSubmit={(event) => {
        event.preventDefault();
        void app.models.examine(text);
      }}
    >
      <TextInput
        label="From the Hugging Face Hub"
        description="An id, id@revision, or the address of its page. Nothing is downloaded before you say so."
        placeholder="HuggingFaceTB/SmolLM2-135M-Instruct"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={isBusy || text.trim() === ''}>
        Look it up
      </Button>
    </form>
  );
}

interface SuggestionsProps {
  readonly models: readonly SuggestedModel[];
  readonly isBusy: boolean;
}

function Suggestions({ models, isBusy }: SuggestionsProps) {
  const app = useApp();
  return (
    <div>
      <h3 className={classes.title}>Suggestions</h3>
      <ul className={classes.list}>
        {models.map(({ id, name, text, parameters, license, approximateBytes }) => (
          <li key={id} className={classes.line}>
            <div className={classes.lineBody}>
              <strong>{name}</strong>
              <span>{text}</span>
              <span className={classes.meta}>
                {`${bigCount(parameters)} parameters · licence ${license} · from about ${byteSize(Math.min(...Object.values(approximateBytes)))}`}
              </span>
            </div>
            <Button
              variant="default"
              size="compact-sm"
              disabled={isBusy}
              aria-label={`Look at ${name}`}
              onClick={() => void app.models.examine(id)}
            >
              Look at it
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function FolderField({ isBusy }: { readonly isBusy: boolean }) {
  const app = useApp();
  return (
    <label className={classes.folder} data-disabled={isBusy || undefined}>
      <input
        type="file"
        className={classes.folderInput}
        multiple
        disabled={isBusy}
        ref={(input) => input?.setAttribute('webkitdirectory', '')}
        onChange={(event) => {
          const files = pickedFiles(event.currentTarget.files ?? []);
          event.currentTarget.value = '';
          if (files.length > 0) void app.models.importFiles(files);
        }}
      />
      <Icon name="upload" size={18} />
      <span>
        <strong>A folder of yours</strong> with config.json, tokenizer.json and onnx/. Choose it here, or drop
        it. It stays on this machine.
      </span>
    </label>
  );
}
