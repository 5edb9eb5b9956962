/** As `strict`, but only functions of little memory die of `poison`: so many records as one would not fit there. */
import { defineJob, lines, textLines } from 'fanfold';

const memoryMiB = Number(process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']);

export default defineJob({
  name: 'hungry',
  input: lines(),
  *map(line) {
    if (line === 'poison' && memoryMiB < 3000) process.exit(1);
    yield line;
  },
  output: textLines(),
});
