package dev.pgevents.benchmarks.sidebyside;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;

/**
 * The process of one receiver. Takes commands from its standard input and answers each
 * with one line; ends with its input.
 */
public final class ReceiverMain {

	private ReceiverMain() {
	}

	/**
	 * Runs a receiver.
	 * @param args the peer's name and the server's URL
	 * @throws Exception if it cannot start
	 */
	public static void main(String[] args) throws Exception {
		PrintStream answers = System.out;
		// Nothing that a library prints may get between the answers.
		System.setOut(System.err);
		Receiver receiver = Peer.named(args[0]).receiver();
		Recording recording = new Recording();
		receiver.start(args[1], recording);
		answers.println("ready");
		answers.flush();
		serve(receiver, recording, answers);
		Runtime.getRuntime().halt(0);
	}

	private static void serve(Receiver receiver, Recording recording, PrintStream answers)
			throws IOException, InterruptedException {
		BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		String line;
		while ((line = commands.readLine()) != null) {
			answers.println(answer(receiver, recording, line.split(" ")));
			answers.flush();
		}
	}

	private static String answer(Receiver receiver, Recording recording, String[] command) throws InterruptedException {
		return switch (command[0]) {
			case "record" -> reset(recording, false);
			case "count" -> reset(recording, true);
			case "await" -> String.valueOf(recording.await(Long.parseLong(command[1]), Long.parseLong(command[2])));
			case "report" -> recording.report().line();
			case "cpu" ->
				String.valueOf(ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime());
			case "allocated" -> String.valueOf(allocated());
			case "compiling" -> String.valueOf(ManagementFactory.getCompilationMXBean().getTotalCompilationTime());
			case "listen" -> listen(receiver, command[1]);
			default -> throw new IllegalArgumentException("unknown command " + command[0]);
		};
	}

	/** By all threads that are alive. */
	private static long allocated() {
		ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
		return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
			.filter((bytes) -> bytes > 0)
			.sum();
	}

	private static String reset(Recording recording, boolean counting) {
		recording.reset(counting);
		return "ok";
	}

	/**
	 * Answers when it was asked for: listening may take long, and is measured from the
	 * outside.
	 */
	private static String listen(Receiver receiver, String channel) {
		long asked = Recording.now();
		new Thread(() -> {
			try {
				receiver.listen(channel);
			}
			catch (Exception ex) {
				System.err.println("listening to " + channel + " failed: " + ex);
			}
		}, "asks for " + channel).start();
		return String.valueOf(asked);
	}

}
