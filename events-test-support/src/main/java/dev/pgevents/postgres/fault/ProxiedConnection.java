package dev.pgevents.postgres.fault;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A client's connection and the one to the server that belongs to it. */
final class ProxiedConnection {

	private final Socket client;

	private final Socket server;

	private final Pump towardsServer;

	private final Pump towardsClient;

	private final Consumer<ProxiedConnection> onEnd;

	private final AtomicInteger endedDirections = new AtomicInteger();

	ProxiedConnection(String name, Socket client, Socket server, Conditions conditions,
			Consumer<ProxiedConnection> onEnd) throws SocketException {
		this.client = client;
		this.server = server;
		this.onEnd = onEnd;
		client.setTcpNoDelay(true);
		server.setTcpNoDelay(true);
		this.towardsServer = new Pump(name + " to server", client, server, conditions, this);
		this.towardsClient = new Pump(name + " to client", server, client, conditions, this);
	}

	void start() {
		this.towardsServer.start();
		this.towardsClient.start();
	}

	void blackHole() {
		this.towardsServer.blackHole();
		this.towardsClient.blackHole();
	}

	void resetAfter(int bytesTowardsClient) {
		this.towardsClient.resetAfter(bytesTowardsClient);
	}

	void halfCloseTowardsClient() {
		try {
			this.towardsClient.shutOutput();
		}
		catch (IOException ex) {
			reset();
		}
	}

	void halfCloseTowardsServer() {
		try {
			this.towardsServer.shutOutput();
		}
		catch (IOException ex) {
			reset();
		}
	}

	/** Both ends see a reset. For any thread, a pump's own among them. */
	void reset() {
		try {
			this.client.setSoLinger(true, 0);
			this.server.setSoLinger(true, 0);
		}
		catch (SocketException ex) {
			// Closed already.
		}
		close();
	}

	/** A direction has come to its end; with the other one the connection has. */
	void ended() {
		if (this.endedDirections.incrementAndGet() == 2) {
			close();
		}
	}

	void close() {
		close(this.client);
		close(this.server);
		this.towardsServer.stop();
		this.towardsClient.stop();
		this.onEnd.accept(this);
	}

	void join() throws InterruptedException {
		this.towardsServer.join();
		this.towardsClient.join();
	}

	private static void close(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			// It is of no use any more.
		}
	}

}
