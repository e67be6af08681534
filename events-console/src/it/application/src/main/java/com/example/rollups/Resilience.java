package com.example.rollups;

import org.springframework.context.annotation.Configuration;
import org.springframework.retry.annotation.EnableRetry;

/** The recipe of docs/spring.md. */
@Configuration(proxyBeanMethods = false)
@EnableRetry
class Resilience {

}
