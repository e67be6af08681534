package com.example.rollups;

import org.springframework.modulith.events.Externalized;

/** What Spring Modulith sends. */
@Externalized("claim.accepted::#{#this.app}")
record ClaimAccepted(String app, long index) {

}
