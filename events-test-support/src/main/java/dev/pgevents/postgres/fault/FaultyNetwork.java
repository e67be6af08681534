package dev.pgevents.postgres.fault;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A network between a bus and its server, on the loopback interface, that fails on
 * demand. Faults are in force until {@link #heal()}, for connections that exist and for
 * those that come, unless a method says otherwise. Thread-safe. Its threads are daemons
 * and end with {@link #close()}.
 */
public final class FaultyNetwork implements AutoCloseable {

	private static final String PREFIX = "jdbc:";

	private static final int BACKLOG = 50;

	private final InetSocketAddress server;

	/** Keeps the port ours while dials are refused: bound, and never listening. */
	private final Socket reservation = new Socket();

	private final InetSocketAddress address;

	private final Conditions conditions = new Conditions();

	private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();

	private final AtomicInteger accepted = new AtomicInteger();

	private final List<Socket> unanswered = new ArrayList<>();

	private Door door;

	private volatile boolean blackHole;

	private volatile boolean closed;

	private FaultyNetwork(InetSocketAddress server) throws IOException {
		this.server = server;
		this.reservation.setReuseAddress(true);
		this.reservation.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
		this.address = (InetSocketAddress) this.reservation.getLocalSocketAddress();
		open();
	}

	/**
	 * A network in front of the server of a URL.
	 * @param url a URL of pgjdbc with one host and its port
	 * @return a network without faults
	 * @throws IOException if no port can be had
	 */
	public static FaultyNetwork inFrontOf(String url) throws IOException {
		URI uri = URI.create(url.substring(PREFIX.length()));
		return inFrontOf(uri.getHost(), (uri.getPort() < 0) ? 5432 : uri.getPort());
	}

	/**
	 * A network in front of a server, which need not be there yet.
	 * @param host the server's host
	 * @param port the server's port
	 * @return a network without faults
	 * @throws IOException if no port can be had
	 */
	public static FaultyNetwork inFrontOf(String host, int port) throws IOException {
		return new FaultyNetwork(new InetSocketAddress(host, port));
	}

	/**
	 * Where to connect to.
	 * @return a port of the loopback interface
	 */
	public int port() {
		return this.address.getPort();
	}

	/**
	 * A URL that leads through this network.
	 * @param url a URL of pgjdbc that leads to the server
	 * @return the same with this network's host and port
	 */
	public String url(String url) {
		return url.replaceFirst("//[^/]*", "//localhost:" + port());
	}

	/**
	 * How many connections there are, black-holed ones included.
	 * @return the number now
	 */
	public int connections() {
		return this.connections.size();
	}

	/**
	 * How many connections have been accepted since the start.
	 * @return the number so far
	 */
	public int accepted() {
		return this.accepted.get();
	}

	/**
	 * Refuses dials; what is connected stays. Until {@link #heal()}.
	 */
	public synchronized void refuse() {
		this.door.shut();
	}

	/**
	 * Leaves dials without any answer: the client waits in {@code connect}. What is
	 * connected stays. Until {@link #heal()}.
	 * @throws IOException if it cannot be arranged
	 */
	public synchronized void ignoreDials() throws IOException {
		this.door.shut();
		ServerSocket silent = listen(1);
		this.door = new Door(silent);
		// Nobody accepts: once the backlog is full the kernel drops what asks for more.
		boolean full = false;
		while (!full) {
			Socket filler = new Socket();
			this.unanswered.add(filler);
			try {
				filler.connect(this.address, 300);
			}
			catch (SocketTimeoutException ex) {
				full = true;
			}
		}
	}

	/**
	 * Swallows all bytes without a word to either end, as where a firewall has forgotten
	 * a connection: what is connected now stays dead for ever, what connects is accepted
	 * and gets no answer, until {@link #heal()}.
	 */
	public void blackHole() {
		this.blackHole = true;
		this.connections.forEach(ProxiedConnection::blackHole);
	}

	/** Holds all bytes back, and loses none. Until {@link #heal()}. */
	public void stall() {
		this.conditions.stalled(true);
	}

	/**
	 * Lets all bytes arrive later.
	 * @param delay how much later, in each direction
	 */
	public void delay(Duration delay) {
		this.conditions.delay(delay);
	}

	/** Sends all bytes one at a time. */
	public void dribble() {
		this.conditions.fragment(1);
	}

	/** Resets all connections; others may be made at once. */
	public void cut() {
		this.connections.forEach(ProxiedConnection::reset);
	}

	/**
	 * Resets each of the present connections after some more bytes from the server. On an
	 * idle connection, the first five bytes are a message's head.
	 * @param bytes how many bytes still arrive, at least 1
	 */
	public void resetAfter(int bytes) {
		this.connections.forEach((connection) -> connection.resetAfter(bytes));
	}

	/**
	 * Ends the stream from the server on the present connections; the other one stays.
	 */
	public void halfCloseTowardsClient() {
		this.connections.forEach(ProxiedConnection::halfCloseTowardsClient);
	}

	/** Ends the stream to the server on the present connections; the other one stays. */
	public void halfCloseTowardsServer() {
		this.connections.forEach(ProxiedConnection::halfCloseTowardsServer);
	}

	/**
	 * Ends all faults. Connections that lost bytes stay dead.
	 * @throws IOException if dials cannot be accepted again
	 */
	public synchronized void heal() throws IOException {
		this.blackHole = false;
		this.conditions.good();
		if (!this.door.isOpen() && !this.closed) {
			this.door.shut();
			open();
		}
	}

	@Override
	public void close() throws IOException {
		synchronized (this) {
			this.closed = true;
			this.door.shut();
		}
		this.reservation.close();
		List<ProxiedConnection> left = List.copyOf(this.connections);
		left.forEach(ProxiedConnection::close);
		try {
			for (ProxiedConnection connection : left) {
				connection.join();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void open() throws IOException {
		this.door = new Door(listen(BACKLOG));
		this.door.start(this::accept);
	}

	private ServerSocket listen(int backlog) throws IOException {
		ServerSocket socket = new ServerSocket();
		socket.setReuseAddress(true);
		socket.bind(this.address, backlog);
		return socket;
	}

	private void accept(Socket client) {
		try {
			String name = "network " + port() + " connection " + this.accepted.incrementAndGet();
			ProxiedConnection connection = new ProxiedConnection(name, client, dialled(client), this.conditions,
					this.connections::remove);
			this.connections.add(connection);
			if (this.blackHole) {
				connection.blackHole();
			}
			connection.start();
		}
		catch (IOException ex) {
			reset(client);
		}
	}

	private Socket dialled(Socket client) throws IOException {
		Socket socket = new Socket();
		try {
			socket.connect(new InetSocketAddress(this.server.getHostString(), this.server.getPort()));
			return socket;
		}
		catch (IOException ex) {
			socket.close();
			throw ex;
		}
	}

	private static void reset(Socket socket) {
		try {
			socket.setSoLinger(true, 0);
			socket.close();
		}
		catch (IOException ex) {
			// It is of no use any more.
		}
	}

	/** What listens, for as long as dials are not refused. */
	private final class Door {

		private final ServerSocket socket;

		private Thread thread;

		Door(ServerSocket socket) {
			this.socket = socket;
		}

		void start(Consumer<Socket> visitor) {
			this.thread = new Thread(() -> accept(visitor), "network " + port());
			this.thread.setDaemon(true);
			this.thread.start();
		}

		/** Whether dials are accepted and served. */
		boolean isOpen() {
			return this.thread != null && !this.socket.isClosed();
		}

		/** Nothing listens any more once this returns. */
		void shut() {
			try {
				this.socket.close();
				for (Socket filler : FaultyNetwork.this.unanswered) {
					filler.close();
				}
				FaultyNetwork.this.unanswered.clear();
				// The kernel goes on listening while a thread waits in accept.
				if (this.thread != null) {
					this.thread.join();
				}
			}
			catch (IOException ex) {
				throw new IllegalStateException("cannot close a listening socket", ex);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		private void accept(Consumer<Socket> visitor) {
			try {
				while (true) {
					visitor.accept(this.socket.accept());
				}
			}
			catch (IOException ex) {
				// Shut.
			}
		}

	}

}
