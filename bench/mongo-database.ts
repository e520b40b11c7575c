import mongoose from 'mongoose';

/** A database of this process alone, on the server that `MONGODB_URI` names. */
export function ownDatabase(): string {
  const uri = new URL(process.env.MONGODB_URI ?? 'mongodb://127.0.0.1:27017');
  uri.pathname = `/gatehouse_bench_${process.pid}`;
  return uri.href;
}

/** Deletes the database that a URI names, with everything in it. */
export async function dropDatabase(uri: string): Promise<void> {
  const connection = await mongoose.createConnection(uri).asPromise();
  await connection.dropDatabase();
  await connection.close();
}
