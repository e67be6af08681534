package dev.pgevents.spring.app;

import org.springframework.boot.SpringApplication;

/**
 * Starts the application in a process of its own, and lets what started it see what
 * arrives there. Its main method returns.
 */
public final class PrintingApplication {

	static final String STARTED = "main has ended";

	private PrintingApplication() {
	}

	public static void main(String[] args) {
		EpochHandler handler = SpringApplication.run(Application.class, args).getBean(EpochHandler.class);
		Thread printing = new Thread(() -> print(handler));
		printing.setDaemon(true);
		printing.start();
		System.out.println(STARTED);
	}

	private static void print(EpochHandler handler) {
		try {
			while (true) {
				System.out.println(handler.received.take());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
