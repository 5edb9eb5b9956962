/** Buffers that share no memory, however small: whatever is freed is then gone, and who still reads it is noticed. */
Buffer.poolSize = 2;
