/** Gives a record a member of its own, whatever it is called: to assign `__proto__` would set something else. */
export function setMember(record: { [name: string]: unknown }, name: string, value: unknown): void {
  if (name !== '__proto__') record[name] = value;
  else Object.defineProperty(record, name, { value, enumerable: true, writable: true, configurable: true });
}
