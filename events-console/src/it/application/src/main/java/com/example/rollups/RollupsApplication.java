package com.example.rollups;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class RollupsApplication {

	public static void main(String[] args) {
		SpringApplication.run(RollupsApplication.class, args);
	}

}
