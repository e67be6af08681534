package dev.pgevents.benchmarks.sidebyside;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The harness' end of a receiver's process.
 */
final class ReceiverProcess implements AutoCloseable {

	private final String name;

	/** Whether it is a JVM, which compiles while it runs, and allocates. */
	private final boolean jvm;

	private final Process process;

	/** Long enough for a JVM that writes an AOT cache when it ends. */
	private static final int END_SECONDS = 60;

	private final PrintWriter commands;

	private final BufferedReader answers;

	private ReceiverProcess(Peer peer, Process process) {
		this.name = peer.label();
		this.jvm = peer != Peer.LIBPQ;
		this.process = process;
		this.commands = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
		this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
	}

	/**
	 * Starts the process of a peer, with options for its JVM, and returns once it
	 * listens.
	 */
	static ReceiverProcess start(Peer peer, String url, List<String> jvm) throws IOException {
		Path log = Path.of(System.getProperty("java.io.tmpdir"), "receiver-" + peer.label() + ".log");
		Process process = new ProcessBuilder(command(peer, url, jvm)).redirectError(log.toFile()).start();
		ReceiverProcess receiver = new ReceiverProcess(peer, process);
		try {
			receiver.answer();
			return receiver;
		}
		catch (IOException ex) {
			receiver.close();
			throw new IOException(ex.getMessage() + ", see " + log, ex);
		}
	}

	private static List<String> command(Peer peer, String url, List<String> jvm) throws IOException {
		if (peer == Peer.LIBPQ) {
			return List.of(LibpqReceiver.executable().toString(), url);
		}
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xms1g", "-Xmx3g"));
		jvm.forEach((option) -> command.add(option.replace("{peer}", peer.label())));
		command.addAll(
				List.of("-cp", System.getProperty("java.class.path"), ReceiverMain.class.getName(), peer.label(), url));
		return command;
	}

	void record() throws IOException {
		ask("record");
	}

	void count() throws IOException {
		ask("count");
	}

	/** When so many had arrived, or 0 if it takes too long. */
	long await(long expected, long timeoutMillis) throws IOException {
		return Long.parseLong(ask("await " + expected + " " + timeoutMillis));
	}

	Report report() throws IOException {
		return Report.parse(ask("report"));
	}

	/** The processor time that the process has used, in nanoseconds. */
	long cpu() throws IOException {
		return Long.parseLong(ask("cpu"));
	}

	/** What its threads have allocated, in bytes; NaN of a peer that is no JVM. */
	double allocated() throws IOException {
		return this.jvm ? Long.parseLong(ask("allocated")) : Double.NaN;
	}

	/** How long its compiler has worked, in milliseconds; 0 of a peer that has none. */
	long compiling() throws IOException {
		return this.jvm ? Long.parseLong(ask("compiling")) : 0;
	}

	/** Asks it to listen to one more channel; when it was asked. */
	long listen(String channel) throws IOException {
		return Long.parseLong(ask("listen " + channel));
	}

	private String ask(String command) throws IOException {
		this.commands.println(command);
		return answer();
	}

	private String answer() throws IOException {
		String line = this.answers.readLine();
		if (line == null) {
			throw new IOException("the receiver " + this.name + " has ended");
		}
		return line;
	}

	@Override
	public void close() {
		this.commands.close();
		try {
			if (!this.process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
				this.process.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			this.process.destroyForcibly();
		}
	}

}
