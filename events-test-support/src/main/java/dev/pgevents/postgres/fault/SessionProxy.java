package dev.pgevents.postgres.fault;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntPredicate;

/**
 * Stands between clients and a server, message by message, and executes statements of the
 * test's on the clients' own sessions: between two messages of the client's, whose driver
 * never sees the answer. Can also keep kinds of the server's messages from the client.
 * Without TLS.
 */
final class SessionProxy implements AutoCloseable {

	private static final int NO_TYPE = -1;

	private final ServerSocket door;

	private final int serverPort;

	private final List<ProxiedSession> sessions = new CopyOnWriteArrayList<>();

	private volatile IntPredicate withheld = (type) -> false;

	private SessionProxy(int serverPort) throws IOException {
		this.serverPort = serverPort;
		this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		start("session proxy", this::accept);
	}

	static SessionProxy inFrontOf(ControlledServer server) throws IOException {
		return new SessionProxy(server.port());
	}

	String address() {
		return "127.0.0.1:" + this.door.getLocalPort();
	}

	/** Keeps messages of these types from clients, from now on. */
	void withhold(IntPredicate types) {
		this.withheld = types;
	}

	/**
	 * Executes a statement on every session that is open now.
	 */
	void execute(String sql) throws Exception {
		byte[] text = sql.getBytes(StandardCharsets.UTF_8);
		ByteBuffer query = ByteBuffer.allocate(text.length + 6);
		query.put((byte) 'Q').putInt(text.length + 5).put(text).put((byte) 0);
		for (ProxiedSession session : this.sessions) {
			session.execute(query.array());
		}
	}

	@Override
	public void close() throws IOException {
		this.door.close();
		for (ProxiedSession session : this.sessions) {
			session.close();
		}
	}

	private void accept() throws IOException {
		while (true) {
			Socket client = this.door.accept();
			client.setTcpNoDelay(true);
			Socket server = new Socket(InetAddress.getLoopbackAddress(), this.serverPort);
			server.setTcpNoDelay(true);
			ProxiedSession session = new ProxiedSession(client, server);
			this.sessions.add(session);
			start("proxied requests", session::requests);
			start("proxied answers", session::answers);
		}
	}

	private static void start(String name, Task task) {
		Thread thread = new Thread(() -> {
			try {
				task.run();
			}
			catch (IOException ex) {
				// One of the two has hung up.
			}
		}, name);
		thread.setDaemon(true);
		thread.start();
	}

	@FunctionalInterface
	private interface Task {

		void run() throws IOException;

	}

	private final class ProxiedSession implements AutoCloseable {

		private final Socket client;

		private final Socket server;

		/** Whose requests are still to be answered: true for the client's. */
		private final Deque<Boolean> unanswered = new ConcurrentLinkedDeque<>();

		private boolean betweenRequests;

		private ProxiedSession(Socket client, Socket server) {
			this.client = client;
			this.server = server;
		}

		private void requests() throws IOException {
			try (this) {
				DataInputStream input = new DataInputStream(this.client.getInputStream());
				byte[] first = message(NO_TYPE, input);
				while (isNegotiation(first)) {
					this.client.getOutputStream().write('N');
					first = message(NO_TYPE, input);
				}
				pass('S', first);
				while (true) {
					int type = input.readUnsignedByte();
					pass(type, message(type, input));
				}
			}
			finally {
				SessionProxy.this.sessions.remove(this);
			}
		}

		/** For encryption. */
		private static boolean isNegotiation(byte[] message) {
			return message.length == 8;
		}

		/** Synced, and simple queries, are requests that get an answer. */
		private synchronized void pass(int type, byte[] message) throws IOException {
			boolean whole = type == 'S' || type == 'Q';
			if (whole) {
				this.unanswered.add(true);
			}
			this.server.getOutputStream().write(message);
			this.betweenRequests = whole;
			notifyAll();
		}

		private void answers() throws IOException {
			try (this) {
				DataInputStream input = new DataInputStream(this.server.getInputStream());
				OutputStream output = this.client.getOutputStream();
				while (true) {
					int type = input.readUnsignedByte();
					byte[] message = message(type, input);
					boolean own = type == 'A' || !Boolean.FALSE.equals(this.unanswered.peek());
					if (type == 'Z') {
						this.unanswered.remove();
					}
					if (own && !SessionProxy.this.withheld.test(type)) {
						output.write(message);
					}
				}
			}
		}

		private static byte[] message(int type, DataInputStream input) throws IOException {
			int length = input.readInt();
			byte[] message = new byte[((type != NO_TYPE) ? 1 : 0) + length];
			ByteBuffer buffer = ByteBuffer.wrap(message);
			if (type != NO_TYPE) {
				buffer.put((byte) type);
			}
			buffer.putInt(length);
			input.readFully(message, buffer.position(), length - 4);
			return message;
		}

		private synchronized void execute(byte[] query) throws IOException, InterruptedException {
			while (!this.betweenRequests) {
				wait();
			}
			this.unanswered.add(false);
			this.server.getOutputStream().write(query);
		}

		@Override
		public void close() throws IOException {
			this.client.close();
			this.server.close();
		}

	}

}
