import { Button, Group, Modal } from '@mantine/core';
import { useAppState } from '../appContext.ts';

interface CancelDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onCancel: () => void;
}

export function CancelDialog({ isOpen, onClose, onCancel }: CancelDialogProps) {
  const sweep = useAppState((state) => state.sweep);
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title="Cancel this run?"
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <p>The tasks written so far stay in the list of runs, but there will be no adapter.</p>
      {sweep && sweep.number < sweep.total && (
        <p>The runs with more examples are not begun. They can be run later, on the Compare page.</p>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep going
        </Button>
        <Button onClick={onCancel}>Cancel the run</Button>
      </Group>
    </Modal>
  );
}
