/**
 * The image of {@code docker/Dockerfile} and the trial mail server of {@code docker/compose.yaml}, as a user would run
 * them. Needs a Docker engine ({@code src/test/peers/docker-engine} starts one) and Compose 2.
 *
 * <p>Without them the tests are skipped; where the environment says {@code CI} they fail instead.
 */
@NullMarked
package org.dmarcmilter.container;

import org.jspecify.annotations.NullMarked;
