package dev.pgevents.postgres.internal.publish;

/**
 * What is sent: a payload for a channel.
 *
 * @param channel the channel's name
 * @param payload the notification's text
 */
public record Notification(String channel, String payload) {

}
