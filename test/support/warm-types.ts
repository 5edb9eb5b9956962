/**
 * Threads of tests are TypeScript, which Node reads by WebAssembly of its own. As long as this thread has it, its code is
 * not made and freed with each of them, which takes time, and which V8 may lose count of: see vitest.config.ts.
 */
import { stripTypeScriptTypes } from 'node:module';

stripTypeScriptTypes('');
