package dev.pgevents.postgres.fault;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One direction of a connection: a thread that reads and one that writes, and what is on
 * its way between them.
 */
final class Pump {

	private static final int CHUNK = 8192;

	private static final int CHUNKS_UNDER_WAY = 256;

	private static final byte[] END = {};

	private final String name;

	private final Socket from;

	private final Socket to;

	private final Conditions conditions;

	private final ProxiedConnection connection;

	private final BlockingQueue<Chunk> underWay = new ArrayBlockingQueue<>(CHUNKS_UNDER_WAY);

	private final AtomicInteger untilReset = new AtomicInteger(Integer.MAX_VALUE);

	private volatile boolean blackHole;

	private volatile boolean outputShut;

	private final Thread reader;

	private final Thread writer;

	Pump(String name, Socket from, Socket to, Conditions conditions, ProxiedConnection connection) {
		this.name = name;
		this.from = from;
		this.to = to;
		this.conditions = conditions;
		this.connection = connection;
		this.reader = thread("reader", this::read);
		this.writer = thread("writer", this::write);
	}

	private Thread thread(String role, Action action) {
		Thread thread = new Thread(() -> run(action), this.name + " " + role);
		thread.setDaemon(true);
		return thread;
	}

	void start() {
		this.reader.start();
		this.writer.start();
	}

	/** Bytes vanish from now on, and so does the news that an end has hung up. */
	void blackHole() {
		this.blackHole = true;
	}

	void resetAfter(int bytes) {
		this.untilReset.set(bytes);
	}

	/** The receiver sees the end of the stream; what was under way is lost. */
	void shutOutput() throws IOException {
		this.outputShut = true;
		this.to.shutdownOutput();
	}

	void stop() {
		this.reader.interrupt();
		this.writer.interrupt();
	}

	void join() throws InterruptedException {
		this.reader.join();
		this.writer.join();
	}

	private void run(Action action) {
		try {
			action.run();
		}
		catch (IOException ex) {
			if (!this.blackHole) {
				this.connection.reset();
			}
		}
		catch (InterruptedException ex) {
			// Ends with its connection.
		}
	}

	private void read() throws IOException, InterruptedException {
		byte[] bytes = new byte[CHUNK];
		int count = this.from.getInputStream().read(bytes);
		while (count >= 0) {
			this.underWay.put(new Chunk(Arrays.copyOf(bytes, count), System.nanoTime()));
			count = this.from.getInputStream().read(bytes);
		}
		this.underWay.put(new Chunk(END, System.nanoTime()));
	}

	private void write() throws IOException, InterruptedException {
		OutputStream out = this.to.getOutputStream();
		Chunk chunk = this.underWay.take();
		while (chunk.bytes() != END) {
			pass(chunk, out);
			chunk = this.underWay.take();
		}
		this.conditions.awaitPassage(chunk.arrived());
		if (!this.blackHole && !this.outputShut) {
			this.to.shutdownOutput();
		}
		if (!this.blackHole) {
			this.connection.ended();
		}
	}

	private void pass(Chunk chunk, OutputStream out) throws IOException, InterruptedException {
		int passed = 0;
		while (passed < chunk.bytes().length) {
			int atOnce = this.conditions.awaitPassage(chunk.arrived());
			if (this.blackHole || this.outputShut) {
				return;
			}
			int left = Math.min(atOnce, chunk.bytes().length - passed);
			int count = Math.min(left, this.untilReset.get());
			out.write(chunk.bytes(), passed, count);
			passed += count;
			if (this.untilReset.get() != Integer.MAX_VALUE && this.untilReset.addAndGet(-count) <= 0) {
				this.connection.reset();
				return;
			}
		}
	}

	private interface Action {

		void run() throws IOException, InterruptedException;

	}

	private record Chunk(byte[] bytes, long arrived) {

	}

}
